package dev.adder.evaluation.spider;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Whether two queries say the same, clause by clause, in whatever order; values, DISTINCT and the
 * number behind LIMIT do not count.
 */
final class ExactMatch {

  private ExactMatch() {}

  /**
   * Compares queries without values and with unified columns.
   *
   * @throws IncomparableException where the official evaluation fails
   */
  static boolean of(Query ours, Query gold) {
    return sameBag(ours.select(), gold.select())
        && sameBag(ours.where().conditions(), gold.where().conditions())
        && sameBag(names(ours), names(gold))
        && sameGroups(ours, gold)
        && sameOrder(ours, gold)
        && new HashSet<>(ours.where().connectors()).equals(new HashSet<>(gold.where().connectors()))
        && sameCombinations(ours, gold)
        && keywords(ours).equals(keywords(gold))
        && sameSources(ours, gold);
  }

  private static <T, R> List<R> map(List<T> list, Function<T, R> change) {
    return list.stream().map(change).toList();
  }

  private static boolean sameBag(Collection<?> ours, Collection<?> gold) {
    List<Object> left = new ArrayList<>(gold);
    return ours.size() == gold.size() && ours.stream().allMatch(left::remove);
  }

  /** Grouping columns without their tables. */
  private static List<String> names(Query query) {
    return query.groupBy().stream().map(c -> c.id().substring(c.id().indexOf('.') + 1)).toList();
  }

  /** Groups, and then HAVING, are the same; without groups HAVING does not count. */
  private static boolean sameGroups(Query ours, Query gold) {
    if (ours.groupBy().isEmpty() || gold.groupBy().isEmpty()) {
      return ours.groupBy().isEmpty() == gold.groupBy().isEmpty();
    }
    return map(ours.groupBy(), Column::id).equals(map(gold.groupBy(), Column::id))
        && ours.having().equals(gold.having());
  }

  private static boolean sameOrder(Query ours, Query gold) {
    if (ours.order() == null || gold.order() == null) {
      return ours.order() == null && gold.order() == null;
    }
    return ours.order().equals(gold.order()) && (ours.limit() == null) == (gold.limit() == null);
  }

  private static boolean sameCombinations(Query ours, Query gold) {
    return List.of("intersect", "except", "union").stream()
        .allMatch(how -> sameNested(ours.combined(how), gold.combined(how)));
  }

  private static boolean sameNested(@Nullable Query ours, @Nullable Query gold) {
    if (ours == null || gold == null) {
      return ours == null && gold == null;
    }
    return of(ours, gold);
  }

  private static Set<String> keywords(Query query) {
    Set<String> words = new HashSet<>();
    addIf(words, "where", !query.where().isEmpty());
    addIf(words, "group", !query.groupBy().isEmpty());
    addIf(words, "having", !query.having().isEmpty());
    addIf(words, "limit", query.limit() != null);
    if (query.order() != null) {
      words.add("order");
      words.add(query.order().direction());
    }
    if (query.combination() != null) {
      words.add(query.combination().how());
    }
    addIf(words, "or", query.connectors().contains(Term.Connector.OR));
    for (Term.Condition condition : query.conditions()) {
      addIf(words, "not", condition.negated());
      addIf(words, "in", condition.operator().equals("in"));
      addIf(words, "like", condition.operator().equals("like"));
    }
    return words;
  }

  private static void addIf(Set<String> words, String word, boolean present) {
    if (present) {
      words.add(word);
    }
  }

  /** The same tables and queries in any order; several queries on one side cannot be sorted. */
  private static boolean sameSources(Query ours, Query gold) {
    if (gold.from().isEmpty()) {
      return true;
    }
    if (queries(gold).size() > 1 || queries(ours).size() > 1) {
      throw new IncomparableException("FROM has several queries.");
    }
    Comparator<String> order = Comparator.naturalOrder();
    return queries(ours).equals(queries(gold))
        && ours.tables().stream()
            .sorted(order)
            .toList()
            .equals(gold.tables().stream().sorted(order).toList());
  }

  private static List<Query.Source> queries(Query query) {
    return query.from().stream().filter(Query.Nested.class::isInstance).toList();
  }
}
