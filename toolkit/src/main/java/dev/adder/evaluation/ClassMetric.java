package dev.adder.evaluation;

import java.util.List;

/** A score of classes against the gold classes. */
public sealed interface ClassMetric extends Metric permits Accuracy, F1, MatthewsCorrelation {

  /** An answer that is none of the classes. */
  int OUTSIDE = -1;

  /**
   * The score of answers.
   *
   * @param answers classes, {@link #OUTSIDE} where the answer is none
   * @param gold classes, as many
   */
  double score(List<Integer> answers, List<Integer> gold);
}
