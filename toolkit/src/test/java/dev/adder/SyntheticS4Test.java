package dev.adder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.adder.adapter.FullFineTuning;
import dev.adder.adapter.Lora;
import dev.adder.adapter.PartialTuning;
import dev.adder.adapter.PeftMethod;
import dev.adder.adapter.S4Sdt;
import dev.adder.adapter.Targets;
import dev.adder.data.SequenceBatch;
import dev.adder.data.SyntheticRegression;
import dev.adder.model.S4Config;
import dev.adder.training.Objective;
import dev.adder.training.TrainingLog;
import dev.adder.training.TrainingLoop;
import org.junit.jupiter.api.Test;

/** The paper's synthetic experiment, made small. */
class SyntheticS4Test {

  private static final SyntheticRegression SMALL =
      SyntheticRegression.PAPER.channels(8).batch(6).length(12);
  private static final PeftMethod SDLORA =
      S4Sdt.of(2, 2)
          .warmUp(3)
          .and(new Lora(2, 2, 0, Targets.of("linear")))
          .and(PartialTuning.of("D", "linear.bias"));

  @Test
  void the_inputs_are_digits_drawn_anew_for_every_batch() {
    SequenceBatch first = SMALL.get(0);
    assertThat(first.values()).hasSize(6 * 12 * 8);
    int[] counts = new int[10];
    for (float value : first.values()) {
      counts[(int) value]++;
      assertThat(value).isEqualTo((int) value);
    }
    assertThat(counts).doesNotContain(0);
    assertThat(SMALL.get(1).values()).isNotEqualTo(first.values());
    assertThat(SMALL.get(0).values()).isEqualTo(first.values());
    assertThat(SMALL.seed(4).get(0).values()).isNotEqualTo(first.values());
    assertThatThrownBy(() -> SMALL.batch(0)).hasMessage("batch is 0; it must be at least 1.");
  }

  @Test
  void training_lowers_the_error_and_a_second_run_gives_the_same_bits() {
    try (SyntheticS4 experiment = Ssm.deepS4(SMALL)) {
      double[] last = new double[2];
      for (int run = 0; run < 2; run++) {
        try (TrainedS4 trained = experiment.adapt(SDLORA).steps(25).run()) {
          TrainingLog log = trained.log();
          assertThat(log.steps()).hasSize(25);
          assertThat(log.steps().get(24).learningRate()).isEqualTo(0.005);
          assertThat(trained.logs().get(0).phase()).isEqualTo("warm-up");
          assertThat(trained.logs().get(0).steps().get(2).learningRate()).isEqualTo(0.01);
          assertThat(trained.best()).isLessThan(0.9 * log.steps().get(0).loss());
          assertThat(trained.selection()).hasSize(4);
          last[run] = log.steps().get(24).loss();
        }
      }
      assertThat(last[0]).isEqualTo(last[1]);
    }
  }

  @Test
  void a_step_of_two_micro_batches_is_their_mean() {
    try (SyntheticS4 experiment = Ssm.deepS4(SMALL);
        TrainedS4 both = experiment.adapt(new FullFineTuning()).accumulation(2).steps(1).run();
        TrainedS4 first = experiment.adapt(new FullFineTuning()).steps(1).run()) {
      Objective objective = Objective.regression(experiment.frozen(), experiment.target(), SMALL);
      double second = TrainingLoop.loss(experiment.frozen(), objective.batch(1));
      assertThat(both.best()).isCloseTo((first.best() + second) / 2, within(1e-5 * both.best()));
    }
  }

  @Test
  void what_will_be_trained_is_known_before() {
    try (SyntheticS4 experiment = Ssm.deepS4(SyntheticRegression.PAPER)) {
      S4Plan plan = experiment.adapt(PartialTuning.of("D"));
      assertThat(plan.trainedParameters()).isEqualTo(256);
      assertThat(plan.toString())
          .isEqualTo("Full tuning of D: 256 parameters trained on a model of 33,536");
      assertThat(experiment.toString())
          .isEqualTo(
              "Deep S4, 64 channels: 4 layers × 16 states towards 1 × 8; batches of 4000 × 200 steps");
      assertThatThrownBy(() -> plan.steps(0)).hasMessageContaining("give at least 1");
      assertThatThrownBy(() -> experiment.adapt(Lora.of(2, "in_proj")))
          .hasMessageContaining("Unknown target \"in_proj\"");
    }
    assertThatThrownBy(() -> Ssm.deepS4(SMALL, S4Config.stack(4, 1, 2), S4Config.stack(8, 1, 2)))
        .hasMessage(
            "The frozen model has 4 channels; the experiment needs a bare stack of as many channels as the inputs have, 8.");
  }
}
