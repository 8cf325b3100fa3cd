package dev.adder.paper;

import dev.adder.data.DataSet;
import dev.adder.evaluation.Evaluation;
import dev.adder.evaluation.Score;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is known of a quick twin: what it is made of, what can be had on its test split without
 * understanding, what the quick model scores as it is, and what it comes to when all of it is
 * tuned. Answers that are no class count as wrong. Nothing in it depends on when it was measured.
 *
 * @param twin such as "quick-rte"
 * @param of what the data set is that it is a twin of
 * @param made what examples are like, and what keeps the splits apart
 * @param dataSeed of the examples
 * @param sizes of the splits
 * @param licence of the examples
 * @param metrics by name, exactly what is computed; the first decides
 * @param decoding how answers are chosen
 * @param tuning how the model was tuned
 * @param guesses rules that understand nothing
 * @param frozen the quick model as it is; where any token may be the answer, also when only class
 *     words may be
 * @param tuned all weights trained, one run for each seed
 * @param data SHA-256 of the twin's examples
 * @param model SHA-256 of the quick model's weights
 */
public record TwinCard(
    String twin,
    String of,
    String made,
    long dataSeed,
    DataSet.Sizes sizes,
    String licence,
    Map<String, String> metrics,
    String decoding,
    TwinTuning tuning,
    List<Row> guesses,
    List<Row> frozen,
    List<Row> tuned,
    String data,
    String model) {

  /**
   * By how much full tuning must be better than every rule that understands nothing, for a twin to
   * be worth learning.
   */
  public static final double MARGIN = 0.1;

  /**
   * Scores of the test split.
   *
   * @param name what was scored, in a few words
   * @param scores by metric
   * @param outOfClass answers that were no class
   */
  public record Row(String name, Map<String, Double> scores, int outOfClass) {

    public Row {
      scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
    }

    static Row of(String name, Evaluation evaluation) {
      Map<String, Double> scores = new LinkedHashMap<>();
      for (Score score : evaluation.scores()) {
        scores.put(score.metric(), score.strictValue());
      }
      return new Row(name, scores, evaluation.outOfClass());
    }
  }

  public TwinCard {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    guesses = List.copyOf(guesses);
    frozen = List.copyOf(frozen);
    tuned = List.copyOf(tuned);
  }

  /** The metric that decides. */
  public String metric() {
    return metrics.keySet().iterator().next();
  }

  /** Mean score of full tuning over its seeds. */
  public double tuned(String metric) {
    return tuned.stream().mapToDouble(row -> row.scores().get(metric)).average().orElseThrow();
  }

  /** Sample standard deviation of full tuning over its seeds; 0 for one seed. */
  public double spread(String metric) {
    double mean = tuned(metric);
    double squares =
        tuned.stream().mapToDouble(row -> Math.pow(row.scores().get(metric) - mean, 2)).sum();
    return tuned.size() < 2 ? 0 : Math.sqrt(squares / (tuned.size() - 1));
  }

  /** The rule that comes furthest without understanding, by the metric that decides. */
  public Row bestGuess() {
    return guesses.stream()
        .max(Comparator.comparingDouble(row -> row.scores().get(metric())))
        .orElseThrow();
  }

  /** The best score of the quick model as it is, by the metric that decides. */
  public double bestFrozen() {
    return frozen.stream().mapToDouble(row -> row.scores().get(metric())).max().orElseThrow();
  }

  /** By how much full tuning is better than the best guess, by the metric that decides. */
  public double margin() {
    return tuned(metric()) - bestGuess().scores().get(metric());
  }
}
