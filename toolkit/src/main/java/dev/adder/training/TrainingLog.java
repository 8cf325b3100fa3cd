package dev.adder.training;

import java.util.List;

/**
 * What happened in one training run; immutable.
 *
 * @param phase what was trained, such as "warm-up" or "main"
 * @param steps one entry per optimizer step, in order
 * @param validations scores measured along the way, in order
 */
public record TrainingLog(String phase, List<Step> steps, List<Validation> validations) {

  /**
   * One optimizer step.
   *
   * @param step counted from 1
   * @param loss mean over the step's terms, before the update; for a language model the
   *     cross-entropy of its label tokens in nats
   * @param learningRate rate used for the update
   * @param gradientNorm global 2-norm before clipping
   * @param seconds since the run began
   */
  public record Step(
      int step, double loss, double learningRate, double gradientNorm, double seconds) {}

  /**
   * One validation.
   *
   * @param step the step after which it was measured
   * @param metric such as "accuracy"
   * @param score the metric's value
   */
  public record Validation(int step, String metric, double score) {}

  public TrainingLog {
    steps = List.copyOf(steps);
    validations = List.copyOf(validations);
  }
}
