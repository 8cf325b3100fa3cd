package dev.adder.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One kernel for a very long notebook. */
@Tag("slow")
class EnduranceTest {

  private static final int CELLS = 10_000;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Test
  void one_kernel_survives_ten_thousand_cells(@TempDir Path folder) throws IOException {
    try (KernelClient client = KernelClient.start(Map.of(), folder.resolve("kernel.log"))) {
      execute(client, "int sum = 0;\nbyte[] big = null;");
      for (int i = 1; i <= CELLS; i++) {
        execute(
            client,
            switch (i % 4) {
              case 0 -> "sum += 1;";
              case 1 -> "byte[] big = new byte[10_000_000];";
              case 2 -> "new byte[10_000_000].length + " + i;
              default -> "String name(int n) { return \"n\" + n; }\nname(" + i + ")";
            });
      }
      ObjectNode content = KernelClient.object().put("code", "").put("silent", false);
      content.putObject("user_expressions").put("sum", "sum");
      assertThat(client.ask("execute_request", content, LIMIT).toString())
          .contains("\"text/plain\":\"" + CELLS / 4 + "\"");
      assertThat(client.peakMemory().orElse(0L)).isLessThan(900L << 20);
    }
  }

  private static void execute(KernelClient client, String code) throws IOException {
    assertThat(client.execute(code, message -> {}, LIMIT).path("status").asText()).isEqualTo("ok");
  }
}
