package dev.adder.paper.claims;

import java.util.List;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * What trying to break a claim came to: the worst instance that was found.
 *
 * @param statement what was attacked
 * @param dropped hypotheses left out
 * @param bound what the error had to keep to
 * @param tried number of instances
 * @param worst its errors
 * @param instance the same with its matrices
 * @param records each instance that was worse than all before it
 */
public record Counterexample(
    Statement statement,
    List<String> dropped,
    Bound bound,
    int tried,
    Trial worst,
    Instance instance,
    List<Step> records) {

  /**
   * An instance that was worse than all before it.
   *
   * @param number of the instance, from 1
   * @param how "random" or "search"
   * @param error of it
   * @param condition of it
   */
  public record Step(int number, String how, double error, double condition) {}

  /**
   * Whether an instance breaks the bound, and within the hypotheses by more than rounding in a
   * badly conditioned one does.
   */
  public boolean found() {
    return !bound.holds(worst.error()) && !isRounding();
  }

  private boolean isRounding() {
    return dropped.isEmpty() && bound.upper() && worst.error() <= worst.rounding();
  }

  /** Each record: when, how, and the error. */
  public Table table() {
    IntColumn number = IntColumn.create("instance");
    StringColumn how = StringColumn.create("how");
    DoubleColumn error = DoubleColumn.create("error");
    DoubleColumn condition = DoubleColumn.create("condition");
    for (Step step : records) {
      number.append(step.number());
      how.append(step.how());
      error.append(step.error());
      condition.append(step.condition());
    }
    return Table.create(statement.id() + ": worst instances", number, how, error, condition);
  }

  @Override
  public String toString() {
    String without = dropped.isEmpty() ? "" : " without " + String.join(" and ", dropped);
    String where =
        "error %s at condition %s, bound %s, %s"
            .formatted(
                Bound.number(worst.error()), Bound.number(worst.condition()), bound, instance);
    if (found()) {
      return "%s%s: a counterexample after %,d instances. %s"
          .formatted(statement.id(), without, records.get(records.size() - 1).number(), where);
    }
    String rounding =
        bound.holds(worst.error()) ? "" : " (rounding of a badly conditioned instance)";
    return "%s%s: no counterexample in %,d instances. Worst%s: %s"
        .formatted(statement.id(), without, tried, rounding, where);
  }
}
