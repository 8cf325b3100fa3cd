package dev.adder.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Nobody closes a model in a notebook; its native memory comes back when nothing leads to it. */
@EnabledOnOs(OS.LINUX)
class ForgottenModelsTest {

  private static final Duration LIMIT = Duration.ofSeconds(120);

  /** A model of about 25 MB. */
  private static final String MODEL =
      """
      SyntheticS4 model() {
        return Ssm.deepS4(
            new SyntheticRegression(4, 200, 64, 1),
            S4Config.stack(64, 100, 256),
            S4Config.stack(64, 1, 8));
      }
      """;

  private static final String RESIDENT =
      """
      System.gc();
      Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\\\D", "")) / 1024).sum()
      """;

  @TempDir private Path folder;
  private KernelClient client;

  @BeforeEach
  void start() throws IOException {
    client = KernelClient.start(Map.of(), folder.resolve("log"));
    run(MODEL);
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
  }

  private String run(String code) throws IOException {
    List<String> shown = new ArrayList<>();
    client.run(code, shown::add, LIMIT);
    return shown.isEmpty() ? "" : shown.get(shown.size() - 1);
  }

  private long residentMegabytes() throws IOException {
    run("System.gc();");
    run("\"what the collection found is freed as this cell begins\"");
    return Long.parseLong(run(RESIDENT));
  }

  @Test
  void a_variable_that_takes_another_model_gives_the_memory_of_the_first_one_back()
      throws IOException {
    run("var m = model();");
    long one = residentMegabytes();
    for (int i = 0; i < 8; i++) {
      run("m = model();");
    }
    assertThat(residentMegabytes() - one).isLessThan(120);
  }

  @Test
  void what_can_still_be_reached_stays_whatever_leads_to_it() throws IOException {
    run("var first = model();\nvar size = first.size();");
    run("var inner = first.frozen();\nfirst = null;");
    run("var weight = model().frozen().weights().get(0).frozen();");
    String before = run("weight.sum().getFloat()");
    for (int i = 0; i < 4; i++) {
      run("model();");
      residentMegabytes();
    }
    assertThat(run("weight.sum().getFloat()")).isEqualTo(before);
    assertThat(run("inner.config().layers()")).isEqualTo("100");
    assertThat(run("inner.manager().isOpen()")).isEqualTo("true");
  }
}
