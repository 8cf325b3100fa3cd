package dev.adder.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The classes of a kernel as its JVM keeps them in memory, in a file beside the kernelspec, so that
 * the kernel starts faster. Where the file is missing, or of another JDK or other libraries, the
 * JVM does without and says nothing.
 */
public final class ClassArchive {

  /** Newer JDKs keep linked classes and profiles; older ones what was parsed. */
  private enum Kind {
    AOT_CACHE("classes.aot", "-XX:AOTCache=", "-XX:AOTCacheOutput="),
    SHARED("classes.jsa", "-XX:SharedArchiveFile=", "-XX:ArchiveClassesAtExit=");

    private final String file;
    private final String use;
    private final String record;

    Kind(String file, String use, String record) {
      this.file = file;
      this.use = use;
      this.record = record;
    }

    /** What this JDK makes. */
    static Kind here() {
      return Runtime.version().feature() >= 25 ? AOT_CACHE : SHARED;
    }
  }

  /** What is done in a notebook before anything else; what comes of it does not matter here. */
  private static final List<String> CELLS =
      List.of(
          "System.out.println(\"out\")",
          "int n = 1;\nString text = \"a\" + n;\nList.of(1, n).stream().map(i -> i + 1).toList()",
          "record Pair(int a, String b) {}\nnew Pair(n, text)",
          "Table.create(\"t\", IntColumn.create(\"a\", 1, 2), StringColumn.create(\"b\", \"c\", \"d\"))",
          "int missing = nothing;",
          "throw new IllegalStateException(\"thrown\");",
          "%who",
          "Ssm.load(\"quick\")");

  private static final Duration LIMIT = Duration.ofSeconds(120);

  private ClassArchive() {}

  /** What the JVM of a kernel is told so that it uses the archive in the kernelspec's folder. */
  static List<String> flags() {
    Kind kind = Kind.here();
    return List.of(
        kind.use + KernelSpec.RESOURCES + "/" + kind.file,
        // Each JDK has its own kind; another one than was installed with must start as well.
        "-XX:+IgnoreUnrecognizedVMOptions",
        // An archive that does not fit is no news for whoever opens a notebook.
        "-Xlog:disable");
  }

  /**
   * Makes the archive of an installed kernel by a run of it.
   *
   * @param folder that holds {@code kernel.json}
   * @return its size in bytes; 0 if the JVM made none, such as of folders of classes
   * @throws IOException if the kernel does not start
   */
  public static long make(Path folder) throws IOException {
    Kind kind = Kind.here();
    // Moved when it is whole: some JVMs crash on half an archive.
    Path fresh = folder.resolve(kind.file + ".new");
    Path log = Files.createTempFile("adder-kernel", ".log");
    try {
      Files.deleteIfExists(fresh);
      try (KernelClient client =
          KernelClient.start(recording(folder, kind, fresh), Map.of(), folder, log)) {
        for (String cell : CELLS) {
          client.execute(cell, message -> {}, LIMIT);
        }
        client.complete("Math.sq", LIMIT);
        client.ask("inspect_request", KernelClient.object().put("code", "Ssm.load("), LIMIT);
        client.end(LIMIT);
      }
      if (!Files.exists(fresh)) {
        return 0;
      }
      Files.move(fresh, folder.resolve(kind.file), StandardCopyOption.REPLACE_EXISTING);
      return Files.size(folder.resolve(kind.file));
    } finally {
      Files.deleteIfExists(fresh);
      // Left behind where the JVM refuses to make a cache.
      Files.deleteIfExists(fresh.resolveSibling(fresh.getFileName() + ".config"));
      Files.deleteIfExists(log);
    }
  }

  private static KernelSpec recording(Path folder, Kind kind, Path file) throws IOException {
    KernelSpec spec = KernelSpec.read(folder);
    List<String> command = new ArrayList<>(spec.command());
    command.replaceAll(word -> word.startsWith(kind.use) ? kind.record + file : word);
    return new KernelSpec(spec.name(), spec.displayName(), command, spec.environment());
  }

  /** Whether the archive of an installed kernel is newer than its kernelspec and libraries. */
  public static boolean isCurrent(Path folder) throws IOException {
    Path file = folder.resolve(Kind.here().file);
    if (!Files.exists(file)) {
      return false;
    }
    FileTime made = Files.getLastModifiedTime(file);
    try (Stream<Path> jars = Files.list(KernelSpec.place().getParent())) {
      for (Path older : Stream.concat(jars, Stream.of(folder.resolve(KernelSpec.FILE))).toList()) {
        if (Files.getLastModifiedTime(older).compareTo(made) >= 0) {
          return false;
        }
      }
    }
    return true;
  }

  /** Removes the archive from a kernelspec's folder. */
  static void delete(Path folder) throws IOException {
    for (Kind kind : Kind.values()) {
      Files.deleteIfExists(folder.resolve(kind.file));
    }
  }
}
