package dev.adder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adder.data.Answer;
import dev.adder.data.QuickTwin;
import dev.adder.data.QuickTwin.Sizes;
import dev.adder.data.Task;
import dev.adder.evaluation.Evaluation;
import dev.adder.training.TrainingLog;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every twin goes the whole way: text, tokens, training, answers, score. */
class QuickTwinTrainingTest {

  static Stream<QuickTwin> twins() {
    return QuickTwin.all().stream();
  }

  @ParameterizedTest
  @MethodSource("twins")
  void a_twin_trains_and_its_classes_are_scored(QuickTwin twin) throws IOException {
    Task task = twin.task(new Sizes(50, 10, 10), 1);
    try (PretrainedModel model = Ssm.load("quick");
        TrainedModel trained =
            model
                .lora()
                .rank(4)
                .on("in_proj", "out_proj")
                .attach()
                .train(task)
                .epochs(4)
                .batchSize(5)
                .learningRate(1e-2)
                .run()) {
      List<TrainingLog.Step> steps = trained.log().steps();
      assertThat(steps.get(steps.size() - 1).loss()).isLessThan(0.6 * steps.get(0).loss());
      if (task.answer() instanceof Answer.Choice) {
        Evaluation scored = trained.evaluate();
        assertThat(scored.task()).isEqualTo(twin.name());
        assertThat(scored.examples()).isEqualTo(10);
        assertThat(scored.score()).isBetween(-1.0, 1.0);
      }
    }
  }
}
