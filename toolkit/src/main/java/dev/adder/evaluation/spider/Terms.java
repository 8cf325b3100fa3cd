package dev.adder.evaluation.spider;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Conditions and connectors in turn. Text that is no SQL may bring them out of turn; then, as in
 * the official evaluation, what stands at an even place must be a condition and what stands at an
 * odd place counts as connector whatever it is.
 */
record Terms(List<Term> list) {

  static final Terms NONE = new Terms(List.of());

  Terms {
    list = List.copyOf(list);
  }

  boolean isEmpty() {
    return list.isEmpty();
  }

  /**
   * What stands at even places.
   *
   * @throws IncomparableException if one is a connector
   */
  List<Term.Condition> conditions() {
    List<Term.Condition> conditions = new ArrayList<>();
    for (int i = 0; i < list.size(); i += 2) {
      if (!(list.get(i) instanceof Term.Condition condition)) {
        throw new IncomparableException("Conditions and connectors do not take turns.");
      }
      conditions.add(condition);
    }
    return conditions;
  }

  /** What stands at odd places. */
  List<Term> connectors() {
    List<Term> connectors = new ArrayList<>();
    for (int i = 1; i < list.size(); i += 2) {
      connectors.add(list.get(i));
    }
    return connectors;
  }

  /** Changes what stands at even places. */
  Terms map(UnaryOperator<Term.Condition> change) {
    List<Term> changed = new ArrayList<>(list);
    List<Term.Condition> conditions = conditions();
    for (int i = 0; i < conditions.size(); i++) {
      changed.set(2 * i, change.apply(conditions.get(i)));
    }
    return new Terms(changed);
  }
}
