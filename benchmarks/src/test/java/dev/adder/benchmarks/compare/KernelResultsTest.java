package dev.adder.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.adder.kernel.KernelSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelResultsTest {

  @TempDir private Path folder;

  private static Map<KernelMeasure, Double> all(double value) {
    Map<KernelMeasure, Double> values = new EnumMap<>(KernelMeasure.class);
    for (KernelMeasure measure : KernelMeasure.values()) {
      values.put(measure, value * measure.limit());
    }
    return values;
  }

  private static Machine machine() {
    return new Machine("now", "a processor", 2, 1000, 0, "java", "abc", List.of("jjava==1"));
  }

  @Test
  void the_table_has_medians_limits_and_ratios_round_by_round() throws IOException {
    KernelResults results = new KernelResults(folder.resolve("k.json"), machine(), "jjava==1");
    results.add(all(0.5), all(2), 0);
    results.add(all(0.6), all(1), 0);
    results.add(all(1.1), all(2), 0);
    assertThat(results.table())
        .content()
        .contains("# The kernel side by side with jjava==1", "Medians of 3 rounds")
        .contains(
            "| a completion | 30.0 ms ✓ | 50.0 ms | 100.0 ms | **0.55 (0.25–0.60)** |",
            "| resident memory with libtorch in use, all processes | 156 MB ✓ | 260 MB | 520 MB |")
        .doesNotContain("Other programs");
    Map<?, ?> json = new ObjectMapper().readValue(folder.resolve("k.json").toFile(), Map.class);
    assertThat(((Map<?, ?>) json.get("ours")).get("first output"))
        .isEqualTo(List.of(1.0, 1.2, 2.2));
  }

  @Test
  void what_is_over_its_limit_or_disturbed_is_marked() throws IOException {
    KernelResults results = new KernelResults(folder.resolve("k.json"), machine(), "jjava==1");
    results.add(all(1.5), all(2), 0.7);
    assertThat(results.markdown())
        .contains("| a completion | 75.0 ms ✗ | 50.0 ms |")
        .contains("Other programs used up to 0.7 cores meanwhile");
  }

  @Test
  void a_round_gives_a_value_for_every_measure() throws IOException {
    KernelRound round = new KernelRound(KernelSpec.here(), Map.of(), folder.resolve("log"));
    Map<KernelMeasure, Double> values = round.measure();
    assertThat(round.lost()).isZero();
    assertThat(values).containsOnlyKeys(KernelMeasure.values());
    assertThat(values.values()).allMatch(value -> value > 0);
    assertThat(values.get(KernelMeasure.READY)).isLessThan(values.get(KernelMeasure.FIRST_OUTPUT));
    assertThat(values.get(KernelMeasure.MEMORY)).isGreaterThan(50);
  }
}
