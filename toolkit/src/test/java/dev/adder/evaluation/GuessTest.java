package dev.adder.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adder.data.QuickTwin;
import dev.adder.data.QuickTwin.Sizes;
import dev.adder.data.Splits;
import dev.adder.data.Task;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuessTest {

  private static final Sizes SMALL = new Sizes(100, 20, 40);

  @Test
  void classes_are_guessed_by_all_metrics_of_the_task() {
    List<Guess> guesses = Guess.of(QuickTwin.named("mrpc").task(SMALL, 1));
    assertThat(guesses)
        .allSatisfy(
            guess ->
                assertThat(guess.evaluation().scores())
                    .extracting(Score::metric)
                    .containsExactly("accuracy", "f1"));
    SurfaceCues cues = new SurfaceCues(QuickTwin.named("mrpc").task(SMALL, 1));
    assertThat(guesses)
        .extracting(guess -> guess.evaluation().score())
        .containsExactly(cues.majority(), cues.length(), cues.words());
  }

  @Test
  void the_nearest_example_is_the_one_with_the_same_rare_words() {
    Task dart = QuickTwin.named("dart").task(SMALL, 1);
    TextGuesses guesses = new TextGuesses(dart);
    assertThat(guesses.copy().texts().get(3)).isEqualTo(dart.test().get(3).input());
    assertThat(guesses.mostFrequent().texts().stream().distinct()).hasSize(1);
    assertThat(guesses.nearest().texts())
        .allMatch(text -> dart.train().stream().anyMatch(e -> e.label().equals(text)));
    // Of a training example itself, the nearest is itself, or one with the same input.
    Task own =
        new Task(
            "own",
            dart.form(),
            dart.template(),
            dart.answer(),
            dart.limit(),
            dart.metrics(),
            new Splits(dart.train(), dart.validation(), dart.train()),
            dart.origin());
    List<String> nearest = new TextGuesses(own).nearest().texts();
    for (int i = 0; i < nearest.size(); i++) {
      int at = i;
      assertThat(
              own.train().stream()
                  .filter(e -> e.input().equals(own.train().get(at).input()))
                  .map(e -> e.label()))
          .contains(nearest.get(i));
    }
  }

  @Test
  void a_query_that_is_the_question_is_wrong() {
    Task spider = QuickTwin.named("spider").task(SMALL, 1);
    assertThat(new TextGuesses(spider).copy().score("execution").value()).isZero();
    assertThat(new TextGuesses(spider).copy().score("exact_match").value()).isZero();
  }

  @Test
  void classes_are_no_texts() {
    Task rte = QuickTwin.named("rte").task(SMALL, 1);
    assertThatThrownBy(() -> new TextGuesses(rte))
        .hasMessage("quick-rte is answered by a class; SurfaceCues looks for what tells it.");
  }
}
