package dev.adder.benchmarks.compare;

import java.util.Locale;

/**
 * Our time over theirs, from several pairs.
 *
 * @param median of the pairs
 * @param least of the pairs
 * @param largest of the pairs
 */
record Ratio(double median, double least, double largest) {

  /** Such as 0.23 (0.21–0.26). */
  String text() {
    return String.format(Locale.ROOT, "%s (%s–%s)", shown(median), shown(least), shown(largest));
  }

  private static String shown(double value) {
    return value < 0.1
        ? String.format(Locale.ROOT, "%.3f", value)
        : String.format(Locale.ROOT, "%.2f", value);
  }
}
