package dev.adder.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * Where and with what was measured.
 *
 * @param date when it began
 * @param processor its model
 * @param cores that the JVM may use
 * @param memoryMegabytes of the machine
 * @param loadBefore mean number of busy cores in the minute before
 * @param java version of the JVM
 * @param commit of Adder's sources
 * @param versions of the peers
 */
record Machine(
    String date,
    String processor,
    int cores,
    long memoryMegabytes,
    double loadBefore,
    String java,
    String commit,
    List<String> versions) {

  Machine {
    versions = List.copyOf(versions);
  }

  static Machine here(List<String> versions) {
    String commit = System.getenv("ADDER_COMMIT");
    return new Machine(
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        field("/proc/cpuinfo", "model name", System.getProperty("os.arch")),
        Runtime.getRuntime().availableProcessors(),
        Long.parseLong(field("/proc/meminfo", "MemTotal", "0").replaceAll("[^0-9]", "")) / 1024,
        load(),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.version"),
        commit == null ? "unknown" : commit,
        versions);
  }

  private static String field(String file, String key, String otherwise) {
    try {
      return Files.readAllLines(Path.of(file)).stream()
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(otherwise);
    } catch (IOException notLinux) {
      return otherwise;
    }
  }

  private static double load() {
    try {
      return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ", -1)[0]);
    } catch (IOException notLinux) {
      return Double.NaN;
    }
  }
}
