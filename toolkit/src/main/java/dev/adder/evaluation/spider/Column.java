package dev.adder.evaluation.spider;

import org.jspecify.annotations.Nullable;

/**
 * A column, perhaps aggregated.
 *
 * @param aggregate max, min, count, sum, avg, or none
 * @param id of the column, "*" for all
 * @param distinct null where it doesn't count
 */
record Column(String aggregate, String id, @Nullable Boolean distinct) implements Operand {

  static final String NONE = "none";

  boolean isAggregated() {
    return !aggregate.equals(NONE);
  }
}
