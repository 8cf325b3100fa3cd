package dev.adder.data;

/**
 * Leaves out examples that are too long.
 *
 * @param tokens the most that input, separator, label and ending may have together; the prefix does
 *     not count
 * @param everywhere whether validation and test leave them out too, or training only
 */
public record LengthLimit(int tokens, boolean everywhere) {

  public LengthLimit {
    if (tokens < 2) {
      throw new IllegalArgumentException(
          "A limit of %d tokens leaves no example; give at least 2.".formatted(tokens));
    }
  }
}
