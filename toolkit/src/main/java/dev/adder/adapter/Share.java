package dev.adder.adapter;

import java.util.Locale;

/**
 * How many of an axis are trained: a count, or a share of its size.
 *
 * @param count number trained; -1 where a fraction is given
 * @param fraction of the size, in (0, 1]; NaN where a count is given
 */
public record Share(int count, double fraction) {

  public Share {
    if (count >= 0 && !Double.isNaN(fraction)) {
      throw new IllegalArgumentException(
          "A share is a count or a fraction, not both: " + count + " and " + fraction + ".");
    }
    if (count < 1 && !(fraction > 0 && fraction <= 1)) {
      throw new IllegalArgumentException(
          "A share of %s is trained; give a count of at least 1 or a fraction in (0, 1]."
              .formatted(
                  Double.isNaN(fraction) ? String.valueOf(count) : String.valueOf(fraction)));
    }
  }

  /** Exactly this many. */
  public static Share count(int count) {
    return new Share(count, Double.NaN);
  }

  /**
   * This percentage of the axis.
   *
   * @param percent in (0, 100]
   */
  public static Share percent(double percent) {
    return new Share(-1, percent / 100);
  }

  /**
   * The number trained of an axis: what is left when round(size · (1 − fraction)) are frozen,
   * rounded half to even as in the released code.
   *
   * @param axis channel or state, for the message
   */
  public int of(int size, String axis) {
    if (count > size) {
      throw new IllegalArgumentException(
          "%d %ss are to be trained, but there are %d. Use at most %d."
              .formatted(count, axis, size, size));
    }
    int trained = count > 0 ? count : size - (int) Math.rint(size * (1 - fraction));
    if (trained == 0) {
      throw new IllegalArgumentException(
          "%s of %d %ss leaves none to train. Use at least %s."
              .formatted(this, size, axis, percent(100.0 / size)));
    }
    return trained;
  }

  @Override
  public String toString() {
    if (count > 0) {
      return String.valueOf(count);
    }
    return String.format(Locale.ROOT, "%.4f", fraction * 100).replaceAll("\\.?0+$", "") + " %";
  }
}
