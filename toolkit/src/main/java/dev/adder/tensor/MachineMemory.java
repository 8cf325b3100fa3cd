package dev.adder.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this machine, or the container around this process, says of memory; Linux only. */
public final class MachineMemory {

  private static final Logger LOG = LoggerFactory.getLogger(MachineMemory.class);
  private static final int KILO = 1024;

  /** A limit this large stands for none. */
  private static final long NO_LIMIT = 1L << 60;

  private MachineMemory() {}

  /** Bytes that can still be taken without swapping; empty where the system does not tell. */
  public static OptionalLong available() {
    return available(Path.of("/"));
  }

  /** What this process has in memory; empty where the system does not tell. */
  public static OptionalLong resident() {
    return field(Path.of("/proc/self/status"), "VmRSS:");
  }

  /** The most this process has had in memory; empty where the system does not tell. */
  public static OptionalLong peak() {
    return field(Path.of("/proc/self/status"), "VmHWM:");
  }

  static OptionalLong available(Path root) {
    OptionalLong machine = field(root.resolve("proc/meminfo"), "MemAvailable:");
    OptionalLong container = container(root.resolve("sys/fs/cgroup"));
    if (machine.isEmpty() || container.isEmpty()) {
      return machine.isPresent() ? machine : container;
    }
    return OptionalLong.of(Math.min(machine.getAsLong(), container.getAsLong()));
  }

  /** Limit less use; files in cache can be dropped and do not count as used. */
  private static OptionalLong container(Path folder) {
    OptionalLong second =
        left(
            folder.resolve("memory.max"),
            folder.resolve("memory.current"),
            folder.resolve("memory.stat"),
            "inactive_file");
    if (second.isPresent()) {
      return second;
    }
    Path first = folder.resolve("memory");
    return left(
        first.resolve("memory.limit_in_bytes"),
        first.resolve("memory.usage_in_bytes"),
        first.resolve("memory.stat"),
        "total_inactive_file");
  }

  private static OptionalLong left(Path limit, Path used, Path statistics, String cached) {
    OptionalLong most = number(limit, "");
    OptionalLong now = number(used, "");
    if (most.isEmpty() || now.isEmpty() || most.getAsLong() > NO_LIMIT) {
      return OptionalLong.empty();
    }
    long cache = number(statistics, cached + " ").orElse(0);
    return OptionalLong.of(Math.max(0, most.getAsLong() - now.getAsLong() + cache));
  }

  private static OptionalLong field(Path file, String name) {
    OptionalLong kilo = number(file, name);
    return kilo.isPresent() ? OptionalLong.of(kilo.getAsLong() * KILO) : kilo;
  }

  /** The number of the line that begins so; empty if there is none, as where a limit is "max". */
  private static OptionalLong number(Path file, String name) {
    if (!Files.isReadable(file)) {
      return OptionalLong.empty();
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException unreadable) {
      LOG.debug("{} cannot be read.", file, unreadable);
      return OptionalLong.empty();
    }
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.replaceAll("\\D", ""))
        .filter(digits -> !digits.isEmpty())
        .mapToLong(Long::parseLong)
        .findFirst();
  }
}
