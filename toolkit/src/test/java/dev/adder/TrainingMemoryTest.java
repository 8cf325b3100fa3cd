package dev.adder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adder.data.QuickRte;
import dev.adder.training.MemoryForecast;
import java.io.IOException;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What the fluent front says of memory before anything is trained. */
class TrainingMemoryTest {

  @Test
  void a_forecast_grows_with_batch_and_length_and_shrinks_with_checkpointing() throws IOException {
    try (PretrainedModel model = Ssm.load("quick")) {
      Adaptation lora = model.lora().rank(8).on("in_proj", "out_proj").attach();
      MemoryForecast one = lora.forecast(1, 500).memory();
      assertThat(one.trainedParameters()).isEqualTo(lora.trainedParameters());
      assertThat(lora.forecast(4, 500).memory().activationBytes())
          .isBetween(3 * one.activationBytes(), 4 * one.activationBytes());
      assertThat(lora.forecast(1, 500, true).memory().activationBytes())
          .isLessThan(one.activationBytes());
      assertThat(one.peakBytes()).isEqualTo(one.residentBytes() + one.neededBytes());
    }
  }

  @Test
  void training_that_would_not_fit_is_refused_before_it_begins() throws IOException {
    try (PretrainedModel model = Ssm.load("quick")) {
      TrainingPlan plan =
          model.lora().on("in_proj").attach().train(QuickRte.task(40, 20, 11)).batchSize(32);
      assertThatThrownBy(() -> plan.run(OptionalLong.of(3 << 20)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageMatching(
              "Training needs about [\\d.]+ MB more memory, but 3.0 MB are available\\. Use a"
                  + " smaller batch, shorter sequences or checkpointing\\(\\)\\.");
      assertThatThrownBy(() -> plan.checkpointing().run(OptionalLong.of(1 << 20)))
          .hasMessageEndingWith("Use a smaller batch or shorter sequences.");
    }
  }
}
