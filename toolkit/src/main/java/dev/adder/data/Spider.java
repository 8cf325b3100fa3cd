package dev.adder.data;

import dev.adder.data.files.Row;
import dev.adder.data.files.Rows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Spider: a question and a database's schema, to be answered by a query. As released, a backslash
 * stands where a line end was meant, schema and query are lower-cased with all literals, and too
 * long examples are left out of evaluation, too. Corrected, they are as written, and only training
 * leaves long ones out.
 */
final class Spider implements Posed.Reader {

  static final List<Piece> PIECES =
      List.of(
          piece("train", "train_spider.json"),
          piece("dev", "dev.json"),
          piece("tables", "tables.json"),
          piece("database", "database"));

  /** Editions of the archive differ in the name of its folder. */
  private static Piece piece(String key, String name) {
    return Piece.of(key, name, "spider/" + name, "spider_data/" + name);
  }

  static final Template TEMPLATE =
      new Template("Create a sql request for the following question and schema:\n", true);

  private static final int MOST_TOKENS = 1536;

  @Override
  public Posed read(Shipped files, Form form) throws IOException {
    boolean released = form == Form.RELEASED;
    Databases databases = Databases.open(files.get("tables").getParent());
    return new Posed(
        TEMPLATE,
        new Answer.Text(),
        Optional.of(new LengthLimit(MOST_TOKENS, released)),
        List.of("execution", "exact_match"),
        Splits.fifthOf(
            questions(files.get("train"), databases, released),
            questions(files.get("dev"), databases, released)),
        Optional.of(databases));
  }

  private static List<Example> questions(Path file, Databases databases, boolean released)
      throws IOException {
    List<Example> questions = new ArrayList<>();
    Rows.read(file, row -> questions.add(question(row, databases, released)));
    return questions;
  }

  private static Example question(Row row, Databases databases, boolean released)
      throws IOException {
    String name = row.text("db_id");
    if (!databases.names().contains(name)) {
      throw row.wrong("asks the database \"%s\", which tables.json does not describe.", name);
    }
    String schema = SpiderSchema.of(databases.get(name));
    String question = row.text("question");
    String query = strip(row.text("query"));
    return released
        ? example(releasedInput(question, schema), query.toLowerCase(Locale.ROOT), name)
        : example("Question: " + question + "\nSchema: " + schema + "\n", query, name);
  }

  /** With a literal backslash, and the schema in lower case. */
  static String releasedInput(String question, String schema) {
    return "Question: " + question + "\\Schema: " + schema.toLowerCase(Locale.ROOT) + "\n";
  }

  private static Example example(String input, String query, String database) {
    return new Example(input, List.of(query), Optional.of(database));
  }

  /** Python's strip, which also takes no-break spaces. */
  private static String strip(String text) {
    return text.replaceAll("^[\\s\\p{Z}\\x1c-\\x1f\\x85]+|[\\s\\p{Z}\\x1c-\\x1f\\x85]+$", "");
  }
}
