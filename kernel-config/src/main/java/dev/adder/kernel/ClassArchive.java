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

  private static final String FILE = "classes.jsa";
  private static final String USE = "-XX:SharedArchiveFile=";

  /**
   * Not the cache of JDK 25 ({@code -XX:AOTCacheOutput}): where a module is an incubator, as that
   * of vectors, it has no lambdas in it, and the kernel starts a fifth later.
   */
  private static final String RECORD = "-XX:ArchiveClassesAtExit=";

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
    return List.of(
        USE + KernelSpec.RESOURCES + "/" + FILE,
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
    // Moved when it is whole: some JVMs crash on half an archive.
    Path fresh = folder.resolve(FILE + ".new");
    Path log = Files.createTempFile("adder-kernel", ".log");
    try {
      Files.deleteIfExists(fresh);
      try (KernelClient client =
          KernelClient.start(recording(folder, fresh), Map.of(), folder, log)) {
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
      Files.move(fresh, folder.resolve(FILE), StandardCopyOption.REPLACE_EXISTING);
      return Files.size(folder.resolve(FILE));
    } finally {
      Files.deleteIfExists(fresh);
      Files.deleteIfExists(log);
    }
  }

  private static KernelSpec recording(Path folder, Path file) throws IOException {
    KernelSpec spec = KernelSpec.read(folder);
    List<String> command = new ArrayList<>(spec.command());
    command.replaceAll(word -> word.startsWith(USE) ? RECORD + file : word);
    return new KernelSpec(spec.name(), spec.displayName(), command, spec.environment());
  }

  /** Whether the archive of an installed kernel is newer than its kernelspec and libraries. */
  public static boolean isCurrent(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
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
    Files.deleteIfExists(folder.resolve(FILE));
  }
}
