package dev.adder.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class MetricTest {

  private static final ClassMetric ACCURACY = (ClassMetric) Metric.named("accuracy");
  private static final ClassMetric MATTHEWS = (ClassMetric) Metric.named("matthews_correlation");

  @Test
  void accuracy_is_the_share_of_right_answers() {
    assertThat(ACCURACY.score(List.of(0, 1, 1, 0), List.of(0, 1, 0, 0))).isEqualTo(0.75);
  }

  @Test
  void matthews_correlation_is_that_of_the_confusion_matrix() {
    // TP 2, TN 3, FP 1, FN 1: (2·3 − 1·1) / √(3·3·4·4)
    List<Integer> answers = List.of(1, 1, 0, 0, 0, 1, 0);
    List<Integer> gold = List.of(1, 1, 0, 0, 0, 0, 1);
    assertThat(MATTHEWS.score(answers, gold)).isCloseTo(5.0 / 12, within(1e-12));
    assertThat(MATTHEWS.score(gold, gold)).isEqualTo(1);
    assertThat(MATTHEWS.score(List.of(0, 1), List.of(1, 0))).isEqualTo(-1);
    assertThat(MATTHEWS.score(List.of(1, 1), List.of(1, 0))).isZero();
  }

  @Test
  void an_answer_outside_the_classes_is_left_out_or_counted_as_wrong() {
    Evaluation evaluation =
        Evaluation.ofClasses(
            "t", List.of(ACCURACY), List.of(0, ClassMetric.OUTSIDE, 1, 1), List.of(0, 0, 1, 0));
    assertThat(evaluation.score()).isCloseTo(2.0 / 3, within(1e-12));
    assertThat(evaluation.strictScore()).isEqualTo(0.5);
    assertThat(evaluation.outOfClass()).isEqualTo(1);
    assertThat(evaluation.examples()).isEqualTo(4);
  }

  @Test
  void no_answers_and_unknown_metrics_are_refused() {
    assertThatThrownBy(() -> Evaluation.ofClasses("t", List.of(ACCURACY), List.of(), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("There are 0 answers to 0 examples; a score needs as many, and at least one.");
    assertThatThrownBy(() -> Evaluation.ofTexts("t", List.of(new Bleu()), List.of()))
        .hasMessage("There is no text of task t to score; give at least one.");
    assertThatThrownBy(() -> new Written("a"))
        .hasMessage("A text has no reference; give at least one.");
    assertThatThrownBy(() -> Metric.named("chrf"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Unknown metric \"chrf\". There are: accuracy, f1, matthews_correlation, bleu,"
                + " bleu_shortest, meteor, rouge1, rouge2, rougeL, rougeLsum, execution,"
                + " exact_match, perplexity.");
  }
}
