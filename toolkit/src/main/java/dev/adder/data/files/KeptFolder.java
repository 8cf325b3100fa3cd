package dev.adder.data.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Folders that are kept under the hash of what is in them, so that whoever makes the same files
 * again finds them, and none is left behind.
 */
public final class KeptFolder {

  private KeptFolder() {}

  /**
   * Keeps a copy of a folder, all at once; several JVMs may do so side by side.
   *
   * @param folder with files and folders
   * @param among where it is kept, made if need be
   * @param name what the kept folder's name begins with
   * @return the kept folder, which holds the same files
   */
  public static Path keep(Path folder, Path among, String name) throws IOException {
    String hash = hash(folder);
    Path kept = among.resolve(name + "-" + hash.substring(0, 16));
    if (Files.isDirectory(kept) && !hash(kept).equals(hash)) {
      delete(kept);
    }
    if (!Files.isDirectory(kept)) {
      Files.createDirectories(among);
      Path part = among.resolve(kept.getFileName() + "." + UUID.randomUUID() + ".part");
      try {
        copy(folder, part);
        Files.move(part, kept, StandardCopyOption.ATOMIC_MOVE);
      } catch (FileSystemException failure) {
        delete(part);
        // Another JVM has made the same meanwhile.
        if (!Files.isDirectory(kept)) {
          throw failure;
        }
      }
    }
    return kept;
  }

  /** SHA-256 of names and bytes of all files, in the order of their names. */
  private static String hash(Path folder) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException("This JDK lacks SHA-256.", everyJdkHasIt);
    }
    for (Path file : inside(folder)) {
      if (Files.isRegularFile(file)) {
        String head = folder.relativize(file) + "\0" + Files.size(file) + "\0";
        digest.update(head.getBytes(StandardCharsets.UTF_8));
        digest.update(Files.readAllBytes(file));
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void copy(Path folder, Path to) throws IOException {
    for (Path path : inside(folder)) {
      Files.copy(path, to.resolve(folder.relativize(path).toString()));
    }
  }

  /** Deletes a folder with all that is in it, if it is there. */
  public static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      List<Path> paths = inside(folder);
      for (int i = paths.size() - 1; i >= 0; i--) {
        Files.delete(paths.get(i));
      }
    }
  }

  /** The folder itself and all in it, a folder before what is in it. */
  private static List<Path> inside(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.sorted(Comparator.naturalOrder()).toList();
    }
  }
}
