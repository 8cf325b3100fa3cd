package dev.adder.evaluation.spider;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A query as the official evaluation reads it.
 *
 * @param distinct whether SELECT says so; null where it doesn't count
 * @param select what is selected, in order
 * @param from tables and queries, in order
 * @param on conditions of all joins
 * @param order null without ORDER BY
 * @param limit null without LIMIT
 * @param combination the query that is intersected, subtracted or united, and how; null for none
 */
record Query(
    @Nullable Boolean distinct,
    List<Item> select,
    List<Source> from,
    Terms on,
    Terms where,
    List<Column> groupBy,
    Terms having,
    @Nullable Order order,
    @Nullable Integer limit,
    @Nullable Combination combination)
    implements Operand {

  /** What stands for text that is no query. */
  static final Query EMPTY =
      new Query(
          null,
          List.of(),
          List.of(),
          Terms.NONE,
          Terms.NONE,
          List.of(),
          Terms.NONE,
          null,
          null,
          null);

  Query {
    select = List.copyOf(select);
    from = List.copyOf(from);
    groupBy = List.copyOf(groupBy);
  }

  /** Something selected: an expression, perhaps aggregated. */
  record Item(String aggregate, Expression expression) {}

  /** What is selected from: a table, or a query. */
  sealed interface Source permits Table, Nested {}

  /** A table by its id. */
  record Table(String id) implements Source {}

  /** A query to select from. */
  record Nested(Query query) implements Source {}

  /** ORDER BY: one direction for all, the last that is written. */
  record Order(String direction, List<Expression> by) {}

  /** INTERSECT, EXCEPT or UNION with a query. */
  record Combination(String how, Query query) {}

  /** The query combined in this way, if it is. */
  @Nullable Query combined(String how) {
    return combination != null && combination.how().equals(how) ? combination.query() : null;
  }

  /** All conditions of ON, WHERE and HAVING. */
  List<Term.Condition> conditions() {
    return Stream.of(on, where, having).flatMap(terms -> terms.conditions().stream()).toList();
  }

  /** All connectors of ON, WHERE and HAVING. */
  List<Term> connectors() {
    return Stream.of(on, where, having).flatMap(terms -> terms.connectors().stream()).toList();
  }

  /** Queries in conditions, and the combined one; those in FROM don't count. */
  List<Query> nested() {
    List<Query> nested = new ArrayList<>();
    for (Term.Condition condition : conditions()) {
      Stream.of(condition.right(), condition.second())
          .filter(Query.class::isInstance)
          .forEach(query -> nested.add((Query) query));
    }
    if (combination != null) {
      nested.add(combination.query());
    }
    return nested;
  }

  /** Without what conditions compare with; queries in FROM keep theirs. */
  Query withoutValues() {
    return new Query(
        distinct,
        select,
        from,
        on.map(Term.Condition::withoutValues),
        where.map(Term.Condition::withoutValues),
        groupBy,
        having.map(Term.Condition::withoutValues),
        order,
        limit,
        combination == null
            ? null
            : new Combination(combination.how(), combination.query().withoutValues()));
  }

  /**
   * Without DISTINCT, and with one column for all that are tied by foreign keys; queries in
   * conditions and in FROM stay as they are.
   *
   * @param valid columns of the tables in FROM; others stay as they are
   * @param same the column that stands for a tied one
   */
  Query unified(Set<String> valid, Map<String, String> same) {
    UnaryOperator<Column> change =
        column -> {
          String id = column.id();
          String unified = valid.contains(id) ? same.getOrDefault(id, id) : id;
          return new Column(column.aggregate(), unified, null);
        };
    UnaryOperator<Term.Condition> condition = each -> each.map(change);
    return new Query(
        null,
        select.stream()
            .map(item -> new Item(item.aggregate(), item.expression().map(change)))
            .toList(),
        from,
        on.map(condition),
        where.map(condition),
        groupBy.stream().map(change).toList(),
        having.map(condition),
        order == null
            ? null
            : new Order(
                order.direction(), order.by().stream().map(each -> each.map(change)).toList()),
        limit,
        combination == null
            ? null
            : new Combination(combination.how(), combination.query().unified(valid, same)));
  }

  /** Ids of the tables in FROM. */
  List<String> tables() {
    return from.stream()
        .map(source -> source instanceof Table table ? table.id() : null)
        .filter(Objects::nonNull)
        .toList();
  }
}
