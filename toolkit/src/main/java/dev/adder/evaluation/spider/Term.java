package dev.adder.evaluation.spider;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A piece of a WHERE, HAVING or ON: a condition, or what connects it with the next. */
sealed interface Term permits Term.Condition, Term.Connector {

  /** "and" or "or". */
  record Connector(String word) implements Term {

    static final Connector OR = new Connector("or");
  }

  /**
   * A condition.
   *
   * @param negated whether NOT stands before the operator
   * @param second the upper bound of BETWEEN
   */
  record Condition(
      boolean negated,
      String operator,
      Expression left,
      @Nullable Operand right,
      @Nullable Operand second)
      implements Term {

    Condition map(UnaryOperator<Column> change) {
      return new Condition(negated, operator, left.map(change), right, second);
    }

    /** Without literals and columns on the right; queries there lose theirs. */
    Condition withoutValues() {
      return new Condition(negated, operator, left, queryOnly(right), queryOnly(second));
    }

    private static @Nullable Operand queryOnly(@Nullable Operand operand) {
      return operand instanceof Query query ? query.withoutValues() : null;
    }
  }
}
