package dev.adder.paper.claims;

import java.util.Arrays;
import java.util.List;

/**
 * A negative control: the same check with one hypothesis broken, which must fail by orders of
 * magnitude in every instance.
 *
 * @param hypothesis the one that is broken
 * @param sizes of the instances
 * @param errors of all instances, ascending
 * @param fails whether all miss the bound by three orders of magnitude
 */
public record Control(
    Hypothesis hypothesis, List<Sizes> sizes, List<Double> errors, boolean fails) {

  static Control of(Hypothesis hypothesis, List<Trial> trials, Bound bound) {
    double[] errors = trials.stream().mapToDouble(Trial::error).sorted().toArray();
    return new Control(
        hypothesis,
        trials.stream().map(Trial::sizes).distinct().toList(),
        Arrays.stream(errors).boxed().toList(),
        trials.stream().allMatch(trial -> bound.fails(trial.error())));
  }

  public double smallest() {
    return errors.get(0);
  }

  public double median() {
    return errors.get(errors.size() / 2);
  }

  public double largest() {
    return errors.get(errors.size() - 1);
  }
}
