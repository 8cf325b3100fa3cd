package dev.adder.evaluation;

/**
 * One number about a split of a task.
 *
 * @param metric name of the metric
 * @param variant exactly what was computed
 * @param value the score; of classes, with answers outside of them left out, as the released code
 *     does
 * @param strictValue the same with such answers counted as wrong
 */
public record Score(String metric, String variant, double value, double strictValue) {

  /** A score that has no classes to be outside of. */
  public Score(Metric metric, double value) {
    this(metric.name(), metric.variant(), value, value);
  }
}
