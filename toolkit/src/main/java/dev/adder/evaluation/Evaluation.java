package dev.adder.evaluation;

import java.util.ArrayList;
import java.util.List;

/**
 * Scores of a model on a split of a task; immutable.
 *
 * @param task name of the task
 * @param scores by the task's metrics in their order, at least one
 * @param examples number scored
 * @param outOfClass answers that were none of the classes
 * @param texts what was written, one for each example; empty for a task of classes
 */
public record Evaluation(
    String task, List<Score> scores, int examples, int outOfClass, List<String> texts) {

  public Evaluation {
    scores = List.copyOf(scores);
    texts = List.copyOf(texts);
    if (scores.isEmpty()) {
      throw new IllegalArgumentException("An evaluation of " + task + " has no score.");
    }
  }

  /**
   * Scores classes both ways: answers outside of them left out, and counted as wrong.
   *
   * @param answers classes, {@link ClassMetric#OUTSIDE} where the answer is none
   * @param gold classes, as many
   */
  public static Evaluation ofClasses(
      String task, List<ClassMetric> metrics, List<Integer> answers, List<Integer> gold) {
    if (answers.isEmpty() || answers.size() != gold.size()) {
      throw new IllegalArgumentException(
          "There are %d answers to %d examples; a score needs as many, and at least one."
              .formatted(answers.size(), gold.size()));
    }
    List<Integer> kept = new ArrayList<>();
    List<Integer> keptGold = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      if (answers.get(i) != ClassMetric.OUTSIDE) {
        kept.add(answers.get(i));
        keptGold.add(gold.get(i));
      }
    }
    List<Score> scores = new ArrayList<>();
    for (ClassMetric metric : metrics) {
      double released = kept.isEmpty() ? 0 : metric.score(kept, keptGold);
      double strict = metric.score(answers, gold);
      scores.add(new Score(metric.name(), metric.variant(), released, strict));
    }
    return new Evaluation(task, scores, answers.size(), answers.size() - kept.size(), List.of());
  }

  /** Scores texts. */
  public static Evaluation ofTexts(String task, List<TextMetric> metrics, List<Written> written) {
    if (written.isEmpty()) {
      throw new IllegalArgumentException(
          "There is no text of task %s to score; give at least one.".formatted(task));
    }
    List<Score> scores =
        metrics.stream().flatMap(metric -> metric.scores(written).stream()).toList();
    List<String> texts = written.stream().map(Written::text).toList();
    return new Evaluation(task, scores, written.size(), 0, texts);
  }

  /** The same with one more score. */
  public Evaluation with(Score score) {
    List<Score> more = new ArrayList<>(scores);
    more.add(score);
    return new Evaluation(task, more, examples, outOfClass, texts);
  }

  /** The metric that choices are made by. */
  public String metric() {
    return scores.get(0).metric();
  }

  /** The score that choices are made by. */
  public double score() {
    return scores.get(0).value();
  }

  /** The same with answers outside of the classes counted as wrong. */
  public double strictScore() {
    return scores.get(0).strictValue();
  }

  /** The score of a metric. */
  public Score score(String metric) {
    return scores.stream()
        .filter(score -> score.metric().equals(metric))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s was not scored by \"%s\", but by: %s."
                        .formatted(
                            task,
                            metric,
                            String.join(", ", scores.stream().map(Score::metric).toList()))));
  }
}
