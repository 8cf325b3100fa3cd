package dev.adder.kernel;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;

/**
 * A note that a kernel keeps while it runs, for the one that Jupyter starts in its place: under the
 * same connection file. It tells why the first one ended.
 */
final class LastRun {

  private static final String PROCESS = "process";
  private static final String CELL = "cell";
  private static final String END = "end";

  /** Stands for what the kernel did, in a reason. */
  static final String DURING = "{during}";

  private final Path note;
  private final Optional<String> reason;
  private final Properties properties = new Properties();

  private LastRun(Path note, Optional<String> reason) {
    this.note = note;
    this.reason = reason;
  }

  /** Reads the note of the last kernel under this connection file, and begins one of this. */
  static LastRun of(Path connectionFile) throws IOException {
    Path file = connectionFile.toAbsolutePath();
    Path note = file.resolveSibling(file.getFileName() + ".run");
    Optional<String> reason = Files.exists(note) ? Optional.of(reason(note)) : Optional.empty();
    LastRun run = new LastRun(note, reason);
    run.properties.setProperty(PROCESS, String.valueOf(ProcessHandle.current().pid()));
    run.write();
    return run;
  }

  /** The crash report that a kernel's JVM writes; {@code %p} is its process id. */
  static String crashReport() {
    return Path.of(System.getProperty("java.io.tmpdir"), "adder-kernel-crash-%p.log").toString();
  }

  /** Why the last kernel ended, in a sentence; empty if this is no restart. */
  Optional<String> reason() {
    return reason;
  }

  /** A cell begins. */
  void begin(int cell, String code) {
    String first = code.strip().lines().findFirst().orElse("");
    String line = first.length() > 60 ? first.substring(0, 59) + "…" : first;
    set(CELL, "cell %d (%s)".formatted(cell, line));
  }

  /** The cell has ended. */
  void idle() {
    set(CELL, "");
  }

  /** Why the kernel is about to end. */
  void ending(String why) {
    set(END, why);
  }

  /** The kernel ends as it should, and nothing is to be told. */
  void finished() throws IOException {
    Files.deleteIfExists(note);
  }

  private void set(String key, String value) {
    properties.setProperty(key, value);
    try {
      write();
    } catch (IOException full) {
      // Without the note a restart says less; the cell itself is not to fail for it.
      System.getLogger(LastRun.class.getName())
          .log(System.Logger.Level.WARNING, "The kernel's note cannot be written.", full);
    }
  }

  private synchronized void write() throws IOException {
    try (Writer out = Files.newBufferedWriter(note)) {
      properties.store(out, null);
    }
  }

  private static String reason(Path note) throws IOException {
    Properties last = new Properties();
    try (Reader in = Files.newBufferedReader(note)) {
      last.load(in);
    }
    String process = last.getProperty(PROCESS, "");
    String cell = last.getProperty(CELL, "");
    String during = cell.isEmpty() ? "between cells" : "in " + cell;
    String end = last.getProperty(END, "");
    if (!end.isEmpty()) {
      return end.replace(DURING, during);
    }
    Path report = Path.of(crashReport().replace("%p", process));
    return Files.exists(report)
        ? crashed(report, during)
        : "The kernel was killed from outside %s, most often because memory ran out%s."
            .formatted(during, memoryLimit());
  }

  private static String crashed(Path report, String during) throws IOException {
    List<String> lines = Files.readAllLines(report, StandardCharsets.ISO_8859_1);
    String signal = "an error";
    String frame = "";
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.matches("#\\s+(SIG\\w+|EXCEPTION_\\w+).*")) {
        signal = line.replaceAll("#\\s+(\\w+).*", "$1");
      } else if (line.contains("insufficient memory")) {
        return "The system had no memory left for the kernel %s. Details: %s"
            .formatted(during, report);
      } else if (line.startsWith("# Problematic frame:") && i + 1 < lines.size()) {
        frame = " at " + lines.get(i + 1).replaceAll("^#\\s*|\\s*$", "");
      }
    }
    return "The kernel crashed %s: native code ended with %s%s. Details: %s"
        .formatted(during, signal, frame, report);
  }

  /** The container's limit, where one is set. */
  private static String memoryLimit() {
    Path limit = Path.of("/sys/fs/cgroup/memory.max");
    try {
      String text = Files.isReadable(limit) ? Files.readString(limit).strip() : "max";
      return text.matches("\\d+")
          ? String.format(Locale.ROOT, " (the limit here is %d MB)", Long.parseLong(text) >> 20)
          : "";
    } catch (IOException unreadable) {
      return "";
    }
  }
}
