package dev.adder.paper.claims;

import java.util.Locale;

/**
 * What the error of every instance must keep to: at most a tolerance where something is equal, at
 * least a floor where something is impossible.
 *
 * @param value tolerance or floor, positive
 * @param upper whether the error must stay below it
 */
public record Bound(double value, boolean upper) {

  /** By how much an instance must miss the bound to count as failing: three orders of magnitude. */
  public static final double MISS = 1000;

  public Bound {
    if (!(value > 0)) {
      throw new IllegalArgumentException("A bound is %s; it must be positive.".formatted(value));
    }
  }

  /** Something is equal up to rounding. */
  public static Bound atMost(double tolerance) {
    return new Bound(tolerance, true);
  }

  /** Something is out of reach by at least this much. */
  public static Bound atLeast(double floor) {
    return new Bound(floor, false);
  }

  /** Whether the error keeps to it; what is no number does not. */
  public boolean holds(double error) {
    return upper ? error <= value : error >= value;
  }

  /** Whether the error misses it by orders of magnitude; for a tolerance, no number is a miss. */
  public boolean fails(double error) {
    return upper ? !(error < MISS * value) : error <= value / MISS;
  }

  /** Whether the first error is worse than the second. */
  boolean worse(double error, double than) {
    if (Double.isNaN(than)) {
      return false;
    }
    return Double.isNaN(error) || (upper ? error > than : error < than);
  }

  @Override
  public String toString() {
    return (upper ? "at most " : "at least ") + number(value);
  }

  /** An error as people read it. */
  static String number(double error) {
    if (error == 0) {
      return "0";
    }
    double size = Math.abs(error);
    return String.format(Locale.ROOT, size >= 0.01 && size < 1000 ? "%.3g" : "%.1e", error);
  }
}
