package dev.adder.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An interrupt over the real protocol ends the cell, and nothing computes afterwards. How long it
 * takes is printed; what is asserted has room for a busy machine.
 */
class KernelStopTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  /** On quiet cores a cell stops within a second. */
  private static final double LONGEST_SECONDS = 5;

  private static final int TIMES = 3;

  /** Threads that compute in code of a cell, this cell's own left out. */
  private static final String COMPUTING =
      """
      Thread.getAllStackTraces().entrySet().stream()
          .filter(t -> t.getKey() != Thread.currentThread() && t.getKey().getState() == Thread.State.RUNNABLE)
          .filter(t -> Arrays.stream(t.getValue()).anyMatch(f -> f.getClassName().startsWith("REPL.")))
          .map(t -> t.getKey().getName()).toList()\
      """;

  @TempDir private static Path folder;
  private static KernelClient client;

  @BeforeAll
  static void start() throws IOException {
    client = KernelClient.start(Map.of(), folder.resolve("kernel.log"));
  }

  @AfterAll
  static void stop() throws IOException {
    client.close();
  }

  private static String shown(String code) throws IOException {
    StringBuilder shown = new StringBuilder();
    client.execute(
        code, m -> shown.append(m.content().path("data").path("text/plain").asText()), SOON);
    return shown.toString();
  }

  /** Interrupts a cell once it prints "begun"; tells how long it went on. */
  private static double secondsToStop(String code) throws IOException {
    AtomicLong interrupted = new AtomicLong();
    ObjectNode reply =
        client.execute(
            code,
            message -> {
              if (message.content().path("text").asText().contains("begun")) {
                interrupted.set(System.nanoTime());
                client.interrupt();
              }
            },
            SOON);
    double seconds = (System.nanoTime() - interrupted.get()) * 1e-9;
    assertThat(reply.path("ename").asText()).isEqualTo("Interrupted");
    return seconds;
  }

  private static void report(String what, double seconds) {
    System.out.printf(Locale.ROOT, "Measured: %.3f s for the %s%n", seconds, what);
    assertThat(seconds).isLessThan(LONGEST_SECONDS);
  }

  /** The compiler and the collector may have work left, but it ends. */
  private static void assertNothingComputes() throws Exception {
    assertThat(shown(COMPUTING)).isEqualTo("[]");
    double share = 1;
    for (int i = 0; i < 40 && share >= 0.2; i++) {
      Duration before = client.process().info().totalCpuDuration().orElse(Duration.ZERO);
      Thread.sleep(500);
      Duration after = client.process().info().totalCpuDuration().orElse(Duration.ZERO);
      share = after.minus(before).toMillis() / 500.0;
    }
    assertThat(share).as("share of a core that the idle kernel takes").isLessThan(0.2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BEGUN while (true) {}",
        "BEGUN Thread.sleep(600_000);",
        "void deep(int n) { if (n < 3000) { deep(n + 1); deep(n + 1); } } BEGUN deep(0);",
        "BEGUN for (;;) { try { while (true) {} } catch (Throwable held) {} }",
        "BEGUN IntStream.range(0, 4).parallel().forEach(i -> { while (true) {} });",
        "BEGUN Stream.iterate(1, n -> n + 1).forEach(n -> {});",
        "var spinner = new Thread(() -> { while (true) {} }); spinner.start(); BEGUN"
            + " spinner.join();"
      })
  void a_busy_cell_stops_and_nothing_of_it_goes_on(String code) throws Exception {
    double longest = 0;
    for (int i = 0; i < TIMES; i++) {
      longest =
          Math.max(longest, secondsToStop(code.replace("BEGUN", "System.out.println(\"begun\");")));
    }
    report("longest of " + TIMES + " stops of " + code, longest);
    assertNothingComputes();
  }

  @Test
  void a_cell_that_waits_for_input_stops() throws Exception {
    ObjectNode cell = KernelClient.object().put("silent", false).put("allow_stdin", true);
    cell.put("code", "new Scanner(System.in).nextLine()");
    Wire.Message request = client.send("execute_request", cell);
    client.awaitInputRequest(SOON);
    long start = System.nanoTime();
    client.interrupt();
    assertThat(client.awaitReply(request, SOON).path("ename").asText()).isEqualTo("Interrupted");
    report("stop of a cell that waits for input", (System.nanoTime() - start) * 1e-9);
    assertNothingComputes();
  }

  private static final String TRAINING =
      """
      var tuned = mamba.lora().rank(2).on("in_proj").attach().train(QuickRte.task(800, 8, 11))
          .epochs(1).batchSize(4).seed(1).watch(progress()).run();\
      """;

  @Test
  void a_training_run_stops_between_two_steps_and_goes_on_there() throws Exception {
    client.execute("var mamba = Ssm.load(\"quick\");", m -> {}, SOON);
    AtomicLong interrupted = new AtomicLong();
    ObjectNode reply =
        client.execute(
            TRAINING,
            message -> {
              String shown = message.content().path("data").path("text/plain").asText();
              if (shown.contains("loss") && interrupted.get() == 0) {
                interrupted.set(System.nanoTime());
                client.interrupt();
              }
            },
            SOON);
    report("stop of a training run", (System.nanoTime() - interrupted.get()) * 1e-9);
    assertThat(reply.path("ename").asText()).endsWith("TrainingInterruptedException");
    assertThat(reply.path("evalue").asText())
        .matches(
            "Training was interrupted after step [1-9]\\d* of phase \"main\". Run it again as it"
                + " is, and it goes on there.");
    assertNothingComputes();
    assertThat(shown(TRAINING + "\ntuned.log().steps().size()")).endsWith("160");
    String whole = TRAINING.replace("tuned", "whole").replace("mamba.", "Ssm.load(\"quick\").");
    assertThat(
            shown(
                whole
                    + "\n"
                    + "whole.log().steps().get(159).loss() =="
                    + " tuned.log().steps().get(159).loss()"))
        .endsWith("true");
  }
}
