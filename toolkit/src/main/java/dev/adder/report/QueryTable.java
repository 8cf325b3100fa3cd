package dev.adder.report;

import dev.adder.data.Database;
import dev.adder.evaluation.spider.QueryResult;
import dev.adder.evaluation.spider.SpiderJudge;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** What a database answers to a query. It is opened read-only, as when answers are scored. */
public final class QueryTable {

  private QueryTable() {}

  /**
   * Asks a database.
   *
   * @param query one that reads, such as "select * from singer"
   * @throws IllegalArgumentException if SQLite refuses it, or it takes too much time or memory
   */
  public static Table of(Database database, String query) {
    QueryResult result = SpiderJudge.ask(query, database);
    Table table = Table.create(database.name());
    for (int i = 0; i < result.columns().size(); i++) {
      int at = i;
      List<Object> values = new ArrayList<>();
      result.rows().forEach(row -> values.add(row.get(at)));
      table.addColumns(column(unused(result.columns().get(i), table), values));
    }
    return table;
  }

  /** A table's columns have different names; a query's may not. */
  private static String unused(String name, Table table) {
    String free = name;
    for (int i = 2; table.containsColumn(free); i++) {
      free = name + " " + i;
    }
    return free;
  }

  private static Column<?> column(String name, List<Object> values) {
    if (all(Long.class, values)) {
      LongColumn column = LongColumn.create(name);
      values.forEach(value -> append(column, value));
      return column;
    }
    if (all(Number.class, values)) {
      DoubleColumn column = DoubleColumn.create(name);
      values.forEach(
          value -> append(column, value == null ? null : ((Number) value).doubleValue()));
      return column;
    }
    StringColumn column = StringColumn.create(name);
    values.forEach(value -> append(column, value == null ? null : String.valueOf(value)));
    return column;
  }

  private static boolean all(Class<?> type, List<Object> values) {
    return values.stream().allMatch(value -> value == null || type.isInstance(value));
  }

  private static void append(Column<?> column, @Nullable Object value) {
    if (value == null) {
      column.appendMissing();
    } else {
      column.appendObj(value);
    }
  }
}
