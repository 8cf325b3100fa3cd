package dev.adder.data.files;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.sevenz.SevenZArchiveEntry;
import org.apache.commons.compress.archivers.sevenz.SevenZFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** An archive: zip, 7z, tar, tar.gz, or a single file in gz. */
public final class Archive {

  /** More than any data set holds; what claims to be larger is refused. */
  private static final long MOST_BYTES = 20L << 30;

  private Archive() {}

  /** Whether a name is that of an archive. */
  public static boolean named(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return Stream.of(".zip", ".7z", ".tar", ".gz", ".tgz").anyMatch(lower::endsWith);
  }

  /**
   * Unpacks the wanted files. The folder appears when all of them are there, or not at all.
   *
   * @param wanted of a file's path inside the archive, with forward slashes
   * @throws IOException if the archive is damaged, a path leads out of the folder, or nothing in it
   *     is wanted
   */
  public static void unpack(Path archive, Path folder, Predicate<String> wanted)
      throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Files.createDirectories(folder.getParent());
    Path unfinished =
        Files.createTempDirectory(folder.getParent(), "." + folder.getFileName() + "-");
    try {
      Unpacking unpacking = new Unpacking(archive, unfinished, wanted);
      unpacking.run();
      if (unpacking.files == 0) {
        throw new IOException(archive + " holds none of the files that the data set needs.");
      }
      if (!Files.isDirectory(folder)) {
        Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException damaged) {
      throw new IOException(
          "%s could not be unpacked: %s".formatted(archive, damaged.getMessage()), damaged);
    } finally {
      delete(unfinished);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static final class Unpacking {

    private final Path archive;
    private final Path folder;
    private final Predicate<String> wanted;
    private long bytes;
    private int files;

    Unpacking(Path archive, Path folder, Predicate<String> wanted) {
      this.archive = archive;
      this.folder = folder;
      this.wanted = wanted;
    }

    void run() throws IOException {
      String name = archive.getFileName().toString();
      String lower = name.toLowerCase(Locale.ROOT);
      if (lower.endsWith(".zip")) {
        zip();
      } else if (lower.endsWith(".7z")) {
        sevenZip();
      } else if (lower.endsWith(".tar")) {
        try (InputStream in = open()) {
          tar(in);
        }
      } else if (lower.endsWith(".tar.gz") || lower.endsWith(".tgz")) {
        try (InputStream in = new GzipCompressorInputStream(open(), true)) {
          tar(in);
        }
      } else {
        try (InputStream in = new GzipCompressorInputStream(open(), true)) {
          take(name.substring(0, name.length() - ".gz".length()), in);
        }
      }
    }

    private InputStream open() throws IOException {
      return new BufferedInputStream(Files.newInputStream(archive), 1 << 16);
    }

    private void zip() throws IOException {
      try (ZipFile zip = ZipFile.builder().setPath(archive).get()) {
        for (ZipArchiveEntry entry : java.util.Collections.list(zip.getEntries())) {
          if (isWanted(entry) && !entry.isUnixSymlink()) {
            try (InputStream in = zip.getInputStream(entry)) {
              take(entry.getName(), in);
            }
          }
        }
      }
    }

    private void sevenZip() throws IOException {
      try (SevenZFile sevenZip = SevenZFile.builder().setPath(archive).get()) {
        for (SevenZArchiveEntry entry = sevenZip.getNextEntry();
            entry != null;
            entry = sevenZip.getNextEntry()) {
          if (isWanted(entry)) {
            take(entry.getName(), sevenZip.getInputStream(entry));
          }
        }
      }
    }

    private void tar(InputStream in) throws IOException {
      TarArchiveInputStream tar = new TarArchiveInputStream(in);
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (isWanted(entry) && entry.isFile()) {
          take(entry.getName(), tar);
        }
      }
    }

    private boolean isWanted(ArchiveEntry entry) {
      return !entry.isDirectory() && wanted.test(entry.getName().replace('\\', '/'));
    }

    private void take(String name, InputStream in) throws IOException {
      Path target = folder.resolve(name.replace('\\', '/')).normalize();
      if (!target.startsWith(folder)) {
        throw new IOException("the entry \"" + name + "\" leads out of the folder");
      }
      Files.createDirectories(target.getParent());
      bytes += Files.copy(new Limited(in, MOST_BYTES - bytes), target);
      files++;
    }
  }

  /** Refuses to give more than so many bytes. */
  private static final class Limited extends java.io.FilterInputStream {

    private long left;

    Limited(InputStream in, long left) {
      super(in);
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      return count(super.read(), 1);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int n = super.read(buffer, offset, length);
      return count(n, n);
    }

    private int count(int result, int read) throws IOException {
      left -= Math.max(0, result < 0 ? 0 : read);
      if (left < 0) {
        throw new IOException("it holds more than %,d GB".formatted(MOST_BYTES >> 30));
      }
      return result;
    }
  }
}
