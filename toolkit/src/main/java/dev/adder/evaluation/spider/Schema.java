package dev.adder.evaluation.spider;

import dev.adder.data.Database;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Tables and columns of a database in lower case, and which columns are tied by foreign keys.
 *
 * @param columns names of the columns by table
 * @param same by column id, the id that stands for all that are tied with it
 */
record Schema(Map<String, List<String>> columns, Map<String, String> same) {

  static final String ALL = "*";

  /** The schema of an open database; foreign keys are those its publisher lists. */
  static Schema of(Database database, ReadOnlyDatabase open) throws QueryFailedException {
    Map<String, List<String>> columns = new LinkedHashMap<>();
    for (List<Object> row : open.run("select name from sqlite_master where type = 'table'")) {
      String table = (String) row.get(0);
      List<String> names = new ArrayList<>();
      String quoted = table.replace("'", "''");
      for (List<Object> column :
          open.run("select name from pragma_table_info('" + quoted + "') order by cid")) {
        names.add(lower((String) column.get(0)));
      }
      columns.put(lower(table), names);
    }
    return new Schema(columns, tied(database));
  }

  /** Columns are tied in groups in the order of the keys; the first column stands for its group. */
  private static Map<String, String> tied(Database database) {
    Map<String, Integer> places = new HashMap<>();
    for (Database.Table table : database.tables()) {
      table
          .columns()
          .forEach(column -> places.putIfAbsent(id(table.name(), column.name()), places.size()));
    }
    List<Set<String>> groups = new ArrayList<>();
    for (Database.ForeignKey key : database.foreignKeys()) {
      String from = id(key.table(), key.column());
      String to = id(key.toTable(), key.toColumn());
      // Of two groups that a key ties, the first takes it and the second stays: so do they.
      Set<String> group =
          groups.stream()
              .filter(each -> each.contains(from) || each.contains(to))
              .findFirst()
              .orElseGet(
                  () -> {
                    Set<String> fresh = new LinkedHashSet<>();
                    groups.add(fresh);
                    return fresh;
                  });
      group.add(from);
      group.add(to);
    }
    Map<String, String> same = new HashMap<>();
    for (Set<String> group : groups) {
      String first =
          group.stream()
              .min(java.util.Comparator.comparing(id -> places.getOrDefault(id, Integer.MAX_VALUE)))
              .orElseThrow();
      group.forEach(id -> same.put(id, first));
    }
    return same;
  }

  static String id(String table, String column) {
    return lower(table) + "." + lower(column);
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  boolean has(String table, String column) {
    return columns.getOrDefault(table, List.of()).contains(column);
  }

  /** Ids of all columns of these tables. */
  Set<String> columnsOf(List<String> tables) {
    Set<String> ids = new HashSet<>();
    for (String table : tables) {
      columns.getOrDefault(table, List.of()).forEach(column -> ids.add(id(table, column)));
    }
    return ids;
  }
}
