package dev.adder.data;

import java.nio.file.Path;
import java.util.List;

/**
 * An SQLite database that questions are asked of, with its schema as its publisher gives it.
 *
 * @param name such as "concert_singer"
 * @param file the database itself
 * @param tables in the publisher's order
 * @param foreignKeys in the publisher's order
 */
public record Database(String name, Path file, List<Table> tables, List<ForeignKey> foreignKeys) {

  public Database {
    tables = List.copyOf(tables);
    foreignKeys = List.copyOf(foreignKeys);
  }

  /**
   * A table.
   *
   * @param name as in the database
   * @param columns in order
   */
  public record Table(String name, List<Column> columns) {

    public Table {
      columns = List.copyOf(columns);
    }
  }

  /**
   * A column of a table.
   *
   * @param name as in the database
   * @param type text, number, time, boolean or others
   * @param primary whether it is (part of) the primary key
   */
  public record Column(String name, String type, boolean primary) {}

  /**
   * A column whose values are those of another.
   *
   * @param table of the column
   * @param column that refers to the other
   * @param toTable of the other column
   * @param toColumn that is referred to
   */
  public record ForeignKey(String table, String column, String toTable, String toColumn) {}
}
