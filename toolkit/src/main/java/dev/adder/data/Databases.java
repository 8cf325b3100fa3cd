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
      Database database = read(folder, entry);
      byName.put(database.name(), database);
    }
    return new Databases(folder, byName);
  }

  private static Database read(Path folder, JsonNode entry) {
    String name = entry.path("db_id").asText();
    List<String> tableNames = new ArrayList<>();
    List<List<Database.Column>> columns = new ArrayList<>();
    for (JsonNode table : entry.path("table_names_original")) {
      tableNames.add(table.asText());
      columns.add(new ArrayList<>());
    }
    List<Integer> primary = new ArrayList<>();
    // A key of several columns is a list in newer versions of the file.
    entry
        .path("primary_keys")
        .forEach(key -> (key.isArray() ? key : List.of(key)).forEach(k -> primary.add(k.asInt())));
    JsonNode columnNames = entry.path("column_names_original");
    for (int i = 0; i < columnNames.size(); i++) {
      int table = columnNames.get(i).get(0).asInt();
      // The first entry is "*", which belongs to no table.
      if (table >= 0) {
        String type = entry.path("column_types").path(i).asText();
        String column = columnNames.get(i).get(1).asText();
        columns.get(table).add(new Database.Column(column, type, primary.contains(i)));
      }
    }
    List<Database.Table> tables = new ArrayList<>();
    for (int i = 0; i < tableNames.size(); i++) {
      tables.add(new Database.Table(tableNames.get(i), columns.get(i)));
    }
    List<Database.ForeignKey> keys = new ArrayList<>();
    for (JsonNode key : entry.path("foreign_keys")) {
      JsonNode from = columnNames.get(key.get(0).asInt());
      JsonNode to = columnNames.get(key.get(1).asInt());
      keys.add(
          new Database.ForeignKey(
              tableNames.get(from.get(0).asInt()),
              from.get(1).asText(),
              tableNames.get(to.get(0).asInt()),
              to.get(1).asText()));
    }
    Path file = folder.resolve("database").resolve(name).resolve(name + ".sqlite");
    return new Database(name, file, tables, keys);
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
