package dev.adder.evaluation.spider;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A column, or two and what is computed of them.
 *
 * @param operator - + * / or none
 */
record Expression(String operator, Column first, @Nullable Column second) {

  Expression map(UnaryOperator<Column> change) {
    return new Expression(
        operator, change.apply(first), second == null ? null : change.apply(second));
  }
}
