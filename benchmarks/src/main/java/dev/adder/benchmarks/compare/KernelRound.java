package dev.adder.benchmarks.compare;

import dev.adder.kernel.KernelClient;
import dev.adder.kernel.KernelSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** One kernel process from its start to its end, and all measures of it. */
final class KernelRound {

  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final String TRIVIAL = "1 + 1";
  private static final String UNFINISHED = "Math.sq";
  private static final int WARM_UP = 10;
  private static final int SAMPLES = 20;
  private static final int LINES = 20_000;
  private static final String PRINT =
      "for (int i = 0; i < " + LINES + "; i++) { System.out.println(\"line \" + i); }";
  private static final String ENGINE =
      "ai.djl.ndarray.NDManager.newBaseManager().ones(new ai.djl.ndarray.types.Shape(4)).sum().getFloat()";

  private final KernelSpec kernel;
  private final Map<String, String> environment;
  private final Path log;
  private long lost;

  /**
   * @param environment added to the kernel's own
   * @param log takes what the process itself prints
   */
  KernelRound(KernelSpec kernel, Map<String, String> environment, Path log) {
    this.kernel = kernel;
    this.environment = environment;
    this.log = log;
  }

  /** A value for every measure: seconds, or megabytes. */
  Map<KernelMeasure, Double> measure() throws IOException {
    Map<KernelMeasure, Double> values = new EnumMap<>(KernelMeasure.class);
    long start = System.nanoTime();
    try (KernelClient client =
        KernelClient.start(kernel, environment, log.toAbsolutePath().getParent(), log)) {
      values.put(KernelMeasure.READY, client.readySeconds());
      values.put(KernelMeasure.FIRST_OUTPUT, firstOutput(client, start));
      values.put(KernelMeasure.CELL, median(() -> run(client, TRIVIAL, "2")));
      values.put(KernelMeasure.COMPLETION, median(() -> complete(client)));
      values.put(KernelMeasure.LINES, lines(client));
      run(client, ENGINE, "4.0");
      values.put(KernelMeasure.MEMORY, megabytes(client.process().toHandle()));
    }
    return values;
  }

  private static double firstOutput(KernelClient client, long start) throws IOException {
    long[] heard = new long[1];
    client.run(
        "System.out.println(\"out\")",
        text -> heard[0] = heard[0] == 0 ? System.nanoTime() : heard[0],
        LIMIT);
    return seconds(start, heard[0]);
  }

  private static void run(KernelClient client, String code, String expected) throws IOException {
    StringBuilder shown = new StringBuilder();
    client.run(code, shown::append, LIMIT);
    if (!shown.toString().strip().equals(expected)) {
      throw new IOException("%s gave \"%s\", not %s.".formatted(code, shown, expected));
    }
  }

  private static void complete(KernelClient client) throws IOException {
    List<String> words = client.complete(UNFINISHED, LIMIT);
    if (words.stream().noneMatch(word -> word.contains("sqrt"))) {
      throw new IOException("%s was completed by %s.".formatted(UNFINISHED, words));
    }
  }

  private double lines(KernelClient client) throws IOException {
    StringBuilder text = new StringBuilder();
    long start = System.nanoTime();
    client.run(PRINT, text::append, LIMIT);
    double took = seconds(start, System.nanoTime());
    lost = LINES - text.toString().lines().count();
    return took;
  }

  /** How many of the lines never arrived in the last round: a kernel may drop what is too fast. */
  long lost() {
    return lost;
  }

  private interface Step {
    void run() throws IOException;
  }

  private static double median(Step step) throws IOException {
    List<Double> samples = new ArrayList<>();
    for (int i = 0; i < WARM_UP + SAMPLES; i++) {
      long start = System.nanoTime();
      step.run();
      if (i >= WARM_UP) {
        samples.add(seconds(start, System.nanoTime()));
      }
    }
    return Statistics.median(samples);
  }

  private static double seconds(long start, long end) {
    return (end - start) * 1e-9;
  }

  /** Resident memory of a process and all that it has started; a launcher counts, too. */
  private static double megabytes(ProcessHandle process) throws IOException {
    double sum = 0;
    for (ProcessHandle each : Stream.concat(Stream.of(process), process.descendants()).toList()) {
      Path status = Path.of("/proc", String.valueOf(each.pid()), "status");
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith("VmRSS:")) {
          sum += Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
        }
      }
    }
    return sum;
  }
}
