package dev.adder.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Databases in the layout of Spider's archive: {@code tables.json} beside {@code
 * database/NAME/NAME.sqlite}.
 */
public final class Databases {

  private final Path folder;
  private final Map<String, Database> byName;

  private Databases(Path folder, Map<String, Database> byName) {
    this.folder = folder;
    this.byName = byName;
  }

  /**
   * Reads the schemas.
   *
   * @param folder with {@code tables.json} and the folder {@code database}
   */
  public static Databases open(Path folder) throws IOException {
    Path tables = folder.resolve("tables.json");
    if (!Files.exists(tables)) {
      throw new IOException(
          tables + " is missing. Give the folder with tables.json and the folder database.");
    }
    Map<String, Database> byName = new LinkedHashMap<>();
    for (JsonNode entry : new ObjectMapper().readTree(tables.toFile())) {
      Database database = new Entry(tables, entry).read(folder);
      byName.put(database.name(), database);
    }
    return new Databases(folder, byName);
  }

  /** A database as {@code tables.json} describes it. */
  private record Entry(Path file, JsonNode json) {

    Database read(Path folder) throws IOException {
      List<Database.Table> tables = new ArrayList<>();
      for (int i = 0; i < json.path("table_names_original").size(); i++) {
        tables.add(new Database.Table(table(i), columns(i)));
      }
      List<Database.ForeignKey> keys = new ArrayList<>();
      for (JsonNode key : json.path("foreign_keys")) {
        JsonNode from = column(key, 0);
        JsonNode to = column(key, 1);
        keys.add(
            new Database.ForeignKey(
                table(from.get(0).asInt()),
                from.get(1).asText(),
                table(to.get(0).asInt()),
                to.get(1).asText()));
      }
      Path sqlite = folder.resolve("database").resolve(name()).resolve(name() + ".sqlite");
      return new Database(name(), sqlite, tables, keys);
    }

    private String name() {
      return json.path("db_id").asText();
    }

    private String table(int index) {
      return json.path("table_names_original").get(index).asText();
    }

    private JsonNode allColumns() {
      return json.path("column_names_original");
    }

    private List<Database.Column> columns(int table) {
      List<Integer> primary = primaryKeys();
      List<Database.Column> columns = new ArrayList<>();
      for (int i = 0; i < allColumns().size(); i++) {
        // The first column is "*", which belongs to no table.
        if (allColumns().get(i).path(0).asInt(-1) == table) {
          String type = json.path("column_types").path(i).asText();
          String name = allColumns().get(i).path(1).asText();
          columns.add(new Database.Column(name, type, primary.contains(i)));
        }
      }
      return columns;
    }

    /** A key of several columns is a list in newer versions of the file. */
    private List<Integer> primaryKeys() {
      List<Integer> primary = new ArrayList<>();
      json.path("primary_keys")
          .forEach(
              key -> (key.isArray() ? key : List.of(key)).forEach(k -> primary.add(k.asInt())));
      return primary;
    }

    /** The column at an end of a foreign key, which must be one of a table. */
    private JsonNode column(JsonNode key, int end) throws IOException {
      JsonNode column = allColumns().path(key.path(end).asInt(-1));
      int table = column.path(0).asInt(-1);
      if (table < 0 || table >= json.path("table_names_original").size()) {
        throw new IOException(
            "%s: a foreign key of \"%s\" is %s; expected the numbers of two columns of tables, from 1 to %d. Fetch the data set again."
                .formatted(file, name(), key, allColumns().size() - 1));
      }
      return column;
    }
  }

  /** Names in the file's order. */
  public List<String> names() {
    return List.copyOf(byName.keySet());
  }

  /** The database of this name. */
  public Database get(String name) {
    Database database = byName.get(name);
    if (database == null) {
      throw new IllegalArgumentException(
          "%s names no database \"%s\". It has: %s."
              .formatted(folder.resolve("tables.json"), name, byName.keySet()));
    }
    return database;
  }
}
