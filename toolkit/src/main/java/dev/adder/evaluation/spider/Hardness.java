package dev.adder.evaluation.spider;

import java.util.List;
import java.util.stream.Stream;

/** How hard a query is, by its form alone, as the official evaluation grades it. */
public enum Hardness {
  EASY,
  MEDIUM,
  HARD,
  EXTRA;

  /** The grade of a query as it is read, values and all. */
  static Hardness of(Query query) {
    long clauses = clauses(query);
    long others = others(query);
    int nested = query.nested().size();
    if (clauses <= 1 && others == 0 && nested == 0) {
      return EASY;
    }
    if (nested == 0 && ((others <= 2 && clauses <= 1) || (clauses <= 2 && others < 2))) {
      return MEDIUM;
    }
    boolean flat =
        nested == 0
            && ((others > 2 && clauses <= 2) || (clauses > 2 && clauses <= 3 && others <= 2));
    return flat || (clauses <= 1 && others == 0 && nested <= 1) ? HARD : EXTRA;
  }

  /** WHERE, GROUP BY, ORDER BY, LIMIT, each further table, each OR and each LIKE. */
  private static long clauses(Query query) {
    long count = 0;
    count += query.where().isEmpty() ? 0 : 1;
    count += query.groupBy().isEmpty() ? 0 : 1;
    count += query.order() == null ? 0 : 1;
    count += query.limit() == null ? 0 : 1;
    count += Math.max(0, query.from().size() - 1);
    count += query.connectors().stream().filter(Term.Connector.OR::equals).count();
    count += query.conditions().stream().filter(c -> c.operator().equals("like")).count();
    return count;
  }

  /** More than one aggregate, selected item, condition or grouping column. */
  private static long others(Query query) {
    return Stream.of(
            aggregates(query) > 1,
            query.select().size() > 1,
            query.where().list().size() > 1,
            query.groupBy().size() > 1)
        .filter(more -> more)
        .count();
  }

  /** Aggregates, and by an oddity what is negated in WHERE and HAVING, and HAVING's connectors. */
  private static long aggregates(Query query) {
    long count =
        query.select().stream().filter(item -> !item.aggregate().equals(Column.NONE)).count();
    count += query.where().conditions().stream().filter(Term.Condition::negated).count();
    count += query.groupBy().stream().filter(Column::isAggregated).count();
    List<Expression> order = query.order() == null ? List.of() : query.order().by();
    for (Expression expression : order) {
      count += expression.first().isAggregated() ? 1 : 0;
      count += expression.second() != null && expression.second().isAggregated() ? 1 : 0;
    }
    for (Term term : query.having().list()) {
      count += !(term instanceof Term.Condition condition) || condition.negated() ? 1 : 0;
    }
    return count;
  }
}
