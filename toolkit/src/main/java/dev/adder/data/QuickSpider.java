package dev.adder.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.adder.data.QuickTables.Question;
import dev.adder.data.QuickTables.Schema;
import dev.adder.data.QuickTables.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * The quick twin of Spider: questions about small SQLite databases, at all four levels of hardness;
 * in Spider's files. No database of the evaluation is in training, as in Spider.
 */
final class QuickSpider {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final int QUESTIONS_PER_DATABASE = 10;
  private static final List<String> OWNER_NAMES =
      List.of("sun", "moon", "star", "rose", "oak", "lion");

  private QuickSpider() {}

  /**
   * Writes {@code tables.json}, {@code train_spider.json}, {@code dev.json} and the databases.
   *
   * @param official training questions, a multiple of 10
   * @param test evaluation questions, a multiple of 10
   */
  static void write(Path folder, int official, int test, long seed) throws IOException {
    if (official % QUESTIONS_PER_DATABASE != 0 || test % QUESTIONS_PER_DATABASE != 0) {
      throw new IllegalArgumentException(
          "%d training and %d test questions are asked for; every database has %d, so give multiples of that."
              .formatted(official, test, QUESTIONS_PER_DATABASE));
    }
    Random random = new Random(seed);
    Set<Schema> used = new HashSet<>();
    List<Object> tables = new ArrayList<>();
    write(folder, "dev.json", test, random, used, tables);
    write(folder, "train_spider.json", official, random, used, tables);
    JSON.writeValue(folder.resolve("tables.json").toFile(), tables);
  }

  private static void write(
      Path folder, String file, int questions, Random random, Set<Schema> used, List<Object> tables)
      throws IOException {
    List<Object> rows = new ArrayList<>();
    while (rows.size() < questions) {
      Schema schema = Schema.random(random);
      if (used.add(schema)) {
        String name =
            "%s_%s_%d".formatted(schema.owner().name(), schema.member().name(), used.size());
        tables.add(described(name, schema));
        fill(folder.resolve("database").resolve(name), name, schema, random);
        for (Question question : questions(schema, random)) {
          rows.add(Map.of("db_id", name, "question", question.text(), "query", question.sql()));
        }
      }
    }
    Collections.shuffle(rows, random);
    JSON.writeValue(folder.resolve(file).toFile(), rows);
  }

  /** Different questions of one database. */
  private static Set<Question> questions(Schema schema, Random random) {
    Set<Question> questions = new java.util.LinkedHashSet<>();
    while (questions.size() < QUESTIONS_PER_DATABASE) {
      questions.add(Question.random(schema, random));
    }
    return questions;
  }

  /** One entry of {@code tables.json}. */
  private static Map<String, Object> described(String name, Schema schema) {
    List<Object> columns = new ArrayList<>(List.of(List.of(-1, "*")));
    List<String> types = new ArrayList<>(List.of("text"));
    for (int table = 0; table < 2; table++) {
      Map<String, String> own = columns(schema, table);
      for (Map.Entry<String, String> column : own.entrySet()) {
        columns.add(List.of(table, column.getKey()));
        types.add(column.getValue());
      }
    }
    int memberId = 1 + columns(schema, 0).size();
    List<String> tables = List.of(schema.owner().name(), schema.member().name());
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("db_id", name);
    described.put("table_names", tables);
    described.put("table_names_original", tables);
    described.put("column_names", columns);
    described.put("column_names_original", columns);
    described.put("column_types", types);
    described.put("primary_keys", List.of(1, memberId));
    described.put("foreign_keys", List.of(List.of(memberId + 1, 1)));
    return described;
  }

  /** Name and type of a table's columns. */
  private static Map<String, String> columns(Schema schema, int table) {
    Table described = table == 0 ? schema.owner() : schema.member();
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("id", "number");
    if (table == 1) {
      columns.put(schema.pointer(), "number");
    }
    columns.put("name", "text");
    columns.put(described.word(), "text");
    columns.put(described.number(), "number");
    return columns;
  }

  private static void fill(Path folder, String name, Schema schema, Random random)
      throws IOException {
    Files.createDirectories(folder);
    String address = "jdbc:sqlite:" + folder.resolve(name + ".sqlite");
    try (Connection connection = DriverManager.getConnection(address)) {
      connection.setAutoCommit(false);
      List<Integer> numbers = numbers(random);
      List<List<Object>> owners = new ArrayList<>();
      for (int id = 1; id <= OWNER_NAMES.size(); id++) {
        owners.add(List.of(id, OWNER_NAMES.get(id - 1), word(random), numbers.get(id)));
      }
      insert(connection, schema, 0, owners);
      Collections.shuffle(numbers, random);
      List<List<Object>> members = new ArrayList<>();
      for (int id = 1; id <= QuickPeople.NAMES.size(); id++) {
        String who = QuickPeople.NAMES.get(id - 1).toLowerCase(Locale.ROOT);
        // The last owner is pointed to by nobody.
        int owner = 1 + random.nextInt(OWNER_NAMES.size() - 1);
        members.add(List.of(id, owner, who, word(random), numbers.get(id)));
      }
      insert(connection, schema, 1, members);
      connection.commit();
    } catch (SQLException failure) {
      throw new IOException(
          "The database %s cannot be written to %s.".formatted(name, folder), failure);
    }
  }

  /** Numbers that occur once only, so that an order by them is never a matter of taste. */
  private static List<Integer> numbers(Random random) {
    List<Integer> numbers = new ArrayList<>();
    for (int number = 11; number < 100; number++) {
      numbers.add(number);
    }
    Collections.shuffle(numbers, random);
    return numbers;
  }

  private static String word(Random random) {
    return QuickTables.VALUES.get(random.nextInt(QuickTables.VALUES.size()));
  }

  private static void insert(
      Connection connection, Schema schema, int table, List<List<Object>> rows)
      throws SQLException {
    String name = (table == 0 ? schema.owner() : schema.member()).name();
    List<String> columns = new ArrayList<>();
    columns(schema, table).forEach((column, type) -> columns.add(column + " " + type));
    columns.add("PRIMARY KEY (id)");
    if (table == 1) {
      columns.add(
          "FOREIGN KEY (%s) REFERENCES %s (id)".formatted(schema.pointer(), schema.owner().name()));
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE %s (%s)".formatted(name, String.join(", ", columns)));
    }
    String places = String.join(", ", Collections.nCopies(rows.get(0).size(), "?"));
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO %s VALUES (%s)".formatted(name, places))) {
      for (List<Object> row : rows) {
        for (int i = 0; i < row.size(); i++) {
          insert.setObject(i + 1, row.get(i));
        }
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }
}
