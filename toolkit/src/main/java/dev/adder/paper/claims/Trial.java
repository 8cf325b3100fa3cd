package dev.adder.paper.claims;

import java.util.Map;

/**
 * The outcome of one instance.
 *
 * @param sizes of the instance
 * @param seed of the instance
 * @param errors by conclusion
 * @param error the worst of them
 * @param condition of the worst system solved
 */
public record Trial(
    Sizes sizes, long seed, Map<String, Double> errors, double error, double condition) {

  static Trial of(Instance instance, Bound bound) {
    double worst = bound.upper() ? 0 : Double.POSITIVE_INFINITY;
    for (double error : instance.errors().values()) {
      worst = bound.worse(error, worst) ? error : worst;
    }
    return new Trial(
        instance.sizes(), instance.seed(), instance.errors(), worst, instance.condition());
  }

  /** What rounding alone may explain: a thousand units in the last place, times the condition. */
  double rounding() {
    return 1000 * Math.ulp(1.0) * condition;
  }

  @Override
  public String toString() {
    return "seed %d, %s: error %s, condition %s"
        .formatted(seed, sizes, Bound.number(error), Bound.number(condition));
  }
}
