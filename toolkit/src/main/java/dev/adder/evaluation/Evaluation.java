package dev.adder.evaluation;

/**
 * A score on a split of a task; immutable.
 *
 * @param task name of the task
 * @param metric name of the metric
 * @param score with answers outside the classes left out, as the released code does
 * @param strictScore with such answers counted as wrong
 * @param examples number scored
 * @param outOfClass answers that were no class digit
 */
public record Evaluation(
    String task, String metric, double score, double strictScore, int examples, int outOfClass) {}
