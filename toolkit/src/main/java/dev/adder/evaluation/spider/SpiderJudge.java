package dev.adder.evaluation.spider;

import dev.adder.data.Database;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Judges SQL queries against gold ones on their databases. A database is opened for each question
 * and closed again.
 */
public final class SpiderJudge {

  /**
   * What is said about a query.
   *
   * @param hardness of the gold query
   * @param exact whether it says the same as the gold query
   * @param executes whether it gives the same result, column by column
   */
  public record Verdict(Hardness hardness, boolean exact, boolean executes) {}

  private SpiderJudge() {}

  /**
   * Asks for SQLite.
   *
   * @throws IllegalStateException if it is not on the class path
   */
  public static void require() {
    if (!ReadOnlyDatabase.isAvailable()) {
      throw new IllegalStateException(
          "Spider's metrics need SQLite, which is not on the class path. Add org.xerial:sqlite-jdbc:3.54.1.0 to it.");
    }
  }

  /**
   * Judges a query.
   *
   * @param text anything
   * @throws IllegalArgumentException if the gold query can't be read or run
   */
  public static Verdict judge(String text, String gold, Database database) {
    require();
    try (ReadOnlyDatabase open = ReadOnlyDatabase.open(database.file())) {
      Schema schema = Schema.of(database, open);
      Query read = QueryReader.read(schema, gold);
      List<List<Object>> rows = open.run(gold);
      Hardness hardness = Hardness.of(read);
      Query ours = readable(schema, text);
      try {
        Query expected = comparable(read, schema);
        Query given = comparable(ours, schema);
        boolean executes = executes(open, text, given, rows, expected);
        return new Verdict(hardness, matches(given, expected), executes);
      } catch (IncomparableException never) {
        return new Verdict(hardness, false, false);
      }
    } catch (UnreadableQueryException | QueryFailedException atFault) {
      throw new IllegalArgumentException(
          "The gold query \"%s\" of %s cannot be used: %s"
              .formatted(gold, database.name(), atFault.getMessage()),
          atFault);
    }
  }

  /**
   * Asks a database, read-only and with limits on time, rows and memory.
   *
   * @throws IllegalArgumentException if SQLite refuses the query, or it passes a limit
   */
  public static QueryResult ask(String query, Database database) {
    require();
    try (ReadOnlyDatabase open = ReadOnlyDatabase.open(database.file())) {
      return open.ask(query);
    } catch (QueryFailedException refused) {
      throw new IllegalArgumentException(
          "%s does not answer \"%s\": %s".formatted(database.name(), query, refused.getMessage()),
          refused);
    }
  }

  private static Query readable(Schema schema, String text) {
    try {
      return QueryReader.read(schema, text);
    } catch (UnreadableQueryException noQuery) {
      return Query.EMPTY;
    }
  }

  private static Query comparable(Query query, Schema schema) {
    Set<String> valid = schema.columnsOf(query.tables());
    return query.withoutValues().unified(valid, schema.same());
  }

  /** False too where the official evaluation fails to sort what is in FROM. */
  private static boolean matches(Query ours, Query gold) {
    try {
      return ExactMatch.of(ours, gold);
    } catch (IncomparableException never) {
      return false;
    }
  }

  private static boolean executes(
      ReadOnlyDatabase open, String text, Query ours, List<List<Object>> rows, Query gold) {
    if (ours.select().isEmpty()) {
      return false;
    }
    try {
      // A result with more rows than the gold one differs from it.
      return columns(open.run(text, rows.size()), ours).equals(columns(rows, gold));
    } catch (QueryFailedException refused) {
      return false;
    }
  }

  /** Values from the first row to the last by selected expression, aggregates left out. */
  private static Map<Object, List<Object>> columns(List<List<Object>> rows, Query query)
      throws QueryFailedException {
    Map<Object, List<Object>> columns = new HashMap<>();
    for (int i = 0; i < query.select().size(); i++) {
      Expression expression = query.select().get(i).expression();
      List<Object> values = new ArrayList<>();
      for (List<Object> row : rows) {
        if (i >= row.size()) {
          throw new QueryFailedException("The result has fewer columns than are selected.");
        }
        values.add(row.get(i));
      }
      columns.put(expression.second() == null ? expression.first() : expression, values);
    }
    return columns;
  }
}
