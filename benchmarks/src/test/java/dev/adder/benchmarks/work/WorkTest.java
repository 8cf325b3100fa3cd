package dev.adder.benchmarks.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adder.adapter.PeftMethod;
import dev.adder.model.MambaConfig;
import dev.adder.model.MambaWeights;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkTest {

  @TempDir private Path folder;

  @BeforeEach
  void model() throws IOException {
    RandomModel.write(MambaConfig.of(32, 32, 2), folder);
  }

  @ParameterizedTest
  @CsvSource({
    "train, full", "train, lora", "train, sdlora", "train, same-size",
    "prefill, ''", "decode, ''", "scan, forward", "scan, both"
  })
  void every_kind_runs_again_and_again(String kind, String variant) throws Exception {
    Task task = new Task(kind, variant, 1, 8, folder.toString(), "Adder");
    try (Work work = Work.open(task)) {
      assertThat(work.run()).isFinite().isNotZero();
      assertThat(work.run()).isFinite();
      assertThat(work.trained() > 0).isEqualTo(kind.equals("train"));
    }
  }

  @Test
  void training_moves_the_loss() throws Exception {
    try (Work work = Work.open(new Task("train", "full", 2, 8, folder.toString(), "Adder"))) {
      double first = work.run();
      for (int i = 0; i < 20; i++) {
        work.run();
      }
      assertThat(work.run()).isLessThan(first);
    }
  }

  @ParameterizedTest
  @CsvSource({"TINY", "SMALL", "M130"})
  void the_lora_of_the_same_size_is_within_a_tenth(Geometry geometry) {
    PeftMethod sdlora = Methods.of("sdlora", geometry.config());
    PeftMethod lora = Methods.of("same-size", geometry.config());
    double ratio =
        (double) lora.trainedParameters(MambaWeights.of(geometry.config()))
            / sdlora.trainedParameters(MambaWeights.of(geometry.config()));
    assertThat(ratio).isBetween(0.9, 1.1);
  }
}
