package dev.adder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adder.data.Answer;
import dev.adder.data.QuickTwin;
import dev.adder.data.QuickTwin.Sizes;
import dev.adder.data.Task;
import dev.adder.evaluation.Decoding;
import dev.adder.evaluation.Evaluation;
import dev.adder.evaluation.Score;
import dev.adder.training.TrainingLog;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every twin goes the whole way: text, tokens, training, answers, score by its own metrics. */
class QuickTwinTrainingTest {

  private static final int MOST_TOKENS = 24;

  static Stream<QuickTwin> twins() {
    return Stream.concat(QuickTwin.all().stream(), QuickTwin.others().stream());
  }

  @ParameterizedTest
  @MethodSource("twins")
  void a_twin_trains_and_is_scored_by_its_own_metrics(QuickTwin twin) throws IOException {
    Task task = twin.task(new Sizes(50, 10, 10), 1);
    try (PretrainedModel model = Ssm.load("quick");
        TrainedModel trained =
            model
                .lora()
                .rank(4)
                .on("in_proj", "out_proj")
                .attach()
                .train(task)
                .epochs(task.answer() instanceof Answer.Text ? 2 : 4)
                .batchSize(5)
                .learningRate(1e-2)
                .run()) {
      List<TrainingLog.Step> steps = trained.log().steps();
      assertThat(steps).allMatch(step -> Double.isFinite(step.loss()));
      assertThat(steps.get(steps.size() - 1).loss()).isLessThan(0.6 * steps.get(0).loss());
      Evaluation scored = trained.evaluate(Decoding.greedy(MOST_TOKENS));
      assertThat(scored.task()).isEqualTo(twin.name());
      assertThat(scored.examples()).isEqualTo(10);
      assertThat(scored.metric()).isEqualTo(task.metric());
      assertThat(scored.scores()).extracting(Score::metric).containsAll(task.metrics());
      for (Score score : scored.scores()) {
        assertThat(score.value()).as(score.metric()).isBetween(lowest(score), 1.0);
        assertThat(score.strictValue()).as(score.metric()).isBetween(lowest(score), 1.0);
      }
      assertThat(scored.texts()).hasSize(task.answer() instanceof Answer.Text ? 10 : 0);
    }
  }

  private static double lowest(Score score) {
    return score.metric().equals("matthews_correlation") ? -1 : 0;
  }
}
