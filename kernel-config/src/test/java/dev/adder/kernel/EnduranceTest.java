package dev.adder.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One kernel for a very long notebook. */
@Tag("slow")
class EnduranceTest {

  private static final int CELLS = 10_000;

  /** Cells that are timed together, the first ones and the last ones. */
  private static final int TIMED = 500;

  /** Heap in use that so many cells may leave, in bytes. */
  private static final long LEFT = 30L << 20;

  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Test
  void one_kernel_survives_ten_thousand_cells_as_quick_and_as_small_as_it_was(@TempDir Path folder)
      throws IOException {
    try (KernelClient client = KernelClient.start(Map.of(), folder.resolve("kernel.log"))) {
      execute(client, "int sum = 0;\nbyte[] big = null;\nclass Count { int n; }");
      execute(client, "var count = new Count();");
      run(client, 1, TIMED);
      long before = heap(client);
      double first = run(client, TIMED + 1, 2 * TIMED);
      run(client, 2 * TIMED + 1, CELLS - TIMED);
      double last = run(client, CELLS - TIMED + 1, CELLS);
      long after = heap(client);
      ObjectNode content = KernelClient.object().put("code", "").put("silent", false);
      content.putObject("user_expressions").put("sum", "sum + \" \" + count.n");
      assertThat(client.ask("execute_request", content, LIMIT).toString())
          .contains("\"text/plain\":\"" + CELLS / 5 + " " + CELLS / 5 + "\"");
      long peak = client.peakMemory().orElse(0L);
      System.out.printf(
          Locale.ROOT,
          "Measured: heap %.1f MB, then %.1f MB; a cell %.0f ms, then %.0f ms; resident at most %d MB%n",
          before / 1e6,
          after / 1e6,
          first,
          last,
          peak >> 20);
      assertThat(after - before).isLessThan(LEFT);
      assertThat(last).isLessThan(2 * first);
      assertThat(peak).isLessThan(700L << 20);
    }
  }

  /** Runs these cells and returns the mean time of one, in milliseconds. */
  private static double run(KernelClient client, int from, int to) throws IOException {
    long start = System.nanoTime();
    for (int i = from; i <= to; i++) {
      execute(
          client,
          switch (i % 5) {
            case 0 -> "sum += 1;";
            case 1 -> "byte[] big = new byte[10_000_000];";
            case 2 -> "new byte[10_000_000].length + " + i;
            case 3 -> "count.n++;";
            default -> "String name(int n) { return \"n\" + n; }\nname(" + i + ")";
          });
    }
    return (System.nanoTime() - start) * 1e-6 / (to - from + 1);
  }

  private static long heap(KernelClient client) throws IOException {
    StringBuilder shown = new StringBuilder();
    client.run(
        "System.gc();\nRuntime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()",
        shown::append,
        LIMIT);
    return Long.parseLong(shown.toString().strip());
  }

  private static void execute(KernelClient client, String code) throws IOException {
    assertThat(client.execute(code, message -> {}, LIMIT).path("status").asText()).isEqualTo("ok");
  }
}
