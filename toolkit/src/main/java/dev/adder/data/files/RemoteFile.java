package dev.adder.data.files;

import java.net.URI;
import java.util.List;

/**
 * A file that its publisher offers for download.
 *
 * @param name it gets on this machine, such as "RTE.zip"
 * @param bytes its size; 0 if not known
 * @param checksum of its bytes
 * @param addresses that all offer the same bytes, the preferred first; at least one
 */
public record RemoteFile(String name, long bytes, Checksum checksum, List<URI> addresses) {

  public RemoteFile {
    addresses = List.copyOf(addresses);
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException(name + " has no address; give at least one.");
    }
    if (name.contains("/") || name.contains("\\") || name.startsWith(".")) {
      throw new IllegalArgumentException("\"" + name + "\" is no plain file name.");
    }
  }
}
