package dev.adder.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** How answers are scored against the gold classes. */
public sealed interface Metric permits Metric.Accuracy, Metric.MatthewsCorrelation {

  /** An answer that is none of the classes. */
  int OUTSIDE = -1;

  /** The metric of this name. */
  static Metric named(String name) {
    return switch (name) {
      case "accuracy" -> new Accuracy();
      case "matthews_correlation" -> new MatthewsCorrelation();
      default ->
          throw new IllegalArgumentException(
              "Unknown metric \"%s\". There are: accuracy, matthews_correlation.".formatted(name));
    };
  }

  String name();

  /**
   * The score of answers.
   *
   * @param answers classes, {@link #OUTSIDE} where the answer is none
   * @param gold classes, as many
   */
  double score(List<Integer> answers, List<Integer> gold);

  /** Scores answers both ways: those outside the classes left out, and counted as wrong. */
  default Evaluation evaluate(String task, List<Integer> answers, List<Integer> gold) {
    if (answers.isEmpty() || answers.size() != gold.size()) {
      throw new IllegalArgumentException(
          "There are %d answers to %d examples; a score needs as many, and at least one."
              .formatted(answers.size(), gold.size()));
    }
    List<Integer> kept = new ArrayList<>();
    List<Integer> keptGold = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      if (answers.get(i) != OUTSIDE) {
        kept.add(answers.get(i));
        keptGold.add(gold.get(i));
      }
    }
    double released = kept.isEmpty() ? 0 : score(kept, keptGold);
    return new Evaluation(
        task, name(), released, score(answers, gold), answers.size(), answers.size() - kept.size());
  }

  /** Share of answers that are right. */
  record Accuracy() implements Metric {

    @Override
    public String name() {
      return "accuracy";
    }

    @Override
    public double score(List<Integer> answers, List<Integer> gold) {
      int right = 0;
      for (int i = 0; i < gold.size(); i++) {
        right += answers.get(i).equals(gold.get(i)) ? 1 : 0;
      }
      return (double) right / gold.size();
    }
  }

  /** Matthews correlation of the confusion matrix (Gorodkin's R_K); 0 where it is undefined. */
  record MatthewsCorrelation() implements Metric {

    @Override
    public String name() {
      return "matthews_correlation";
    }

    @Override
    public double score(List<Integer> answers, List<Integer> gold) {
      Set<Integer> classes = new TreeSet<>(gold);
      classes.addAll(answers);
      double n = gold.size();
      double right = 0;
      for (int i = 0; i < gold.size(); i++) {
        right += answers.get(i).equals(gold.get(i)) ? 1 : 0;
      }
      double cross = 0;
      double answered = 0;
      double actual = 0;
      for (int k : classes) {
        double p = answers.stream().filter(a -> a == k).count();
        double t = gold.stream().filter(g -> g == k).count();
        cross += p * t;
        answered += p * p;
        actual += t * t;
      }
      double scale = Math.sqrt((n * n - answered) * (n * n - actual));
      return scale == 0 ? 0 : (right * n - cross) / scale;
    }
  }
}
