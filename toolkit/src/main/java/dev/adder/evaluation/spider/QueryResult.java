package dev.adder.evaluation.spider;

import java.util.List;

/**
 * What a query gives.
 *
 * @param columns names as SQLite gives them
 * @param rows values, null where there is none; whole numbers are {@code Long}
 */
public record QueryResult(List<String> columns, List<List<Object>> rows) {

  public QueryResult {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
  }
}
