package dev.adder.data;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The schema of a database as Spider's prompt tells it, in the case of its original names. */
final class SpiderSchema {

  private SpiderSchema() {}

  static String of(Database database) {
    return database.tables().stream()
        .map(table -> table.name() + ": " + String.join(" ,  ", items(database, table)))
        .collect(Collectors.joining(" | "));
  }

  private static List<String> items(Database database, Database.Table table) {
    List<String> items = new ArrayList<>();
    table.columns().forEach(column -> items.add(column.name() + " " + column.type()));
    items.add(
        "foreign: "
            + database.foreignKeys().stream()
                .filter(key -> key.table().equals(table.name()))
                .map(key -> key.toColumn() + " from " + key.toTable())
                .collect(Collectors.joining(" , ")));
    items.add(
        "primary: "
            + table.columns().stream()
                .filter(Database.Column::primary)
                .map(Database.Column::name)
                .collect(Collectors.joining(" , ")));
    return items;
  }
}
