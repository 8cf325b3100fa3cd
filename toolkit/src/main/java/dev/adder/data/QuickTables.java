package dev.adder.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Small databases of two tables, one of which points to the other, and questions about them with
 * their SQL. Every database draws its tables and columns anew, so a question can be answered only
 * by who reads the schema.
 */
final class QuickTables {

  private static final List<String> OWNERS =
      List.of("shop", "team", "school", "ship", "farm", "club", "band", "hotel");
  private static final List<String> MEMBERS =
      List.of("singer", "pupil", "sailor", "horse", "player", "guest", "driver", "worker");
  private static final List<String> WORDS = List.of("city", "colour", "kind", "language", "title");
  private static final List<String> NUMBERS =
      List.of("age", "size", "price", "year", "weight", "points");
  static final List<String> VALUES =
      List.of("red", "green", "blue", "north", "south", "east", "west", "old");

  /** Thresholds in questions; numbers in tables lie between them. */
  private static final List<Integer> LIMITS = List.of(20, 30, 40, 50, 60, 70, 80);

  /**
   * A table with a key "id", a "name", one more column of text and one of numbers.
   *
   * @param name of the table
   * @param word column of text
   * @param number column of numbers
   */
  record Table(String name, String word, String number) {}

  /**
   * Two tables.
   *
   * @param owner what is pointed to
   * @param member what points to it, by the column {@link #pointer}
   */
  record Schema(Table owner, Table member) {

    static Schema random(Random random) {
      List<String> words = shuffled(WORDS, random);
      List<String> numbers = shuffled(NUMBERS, random);
      return new Schema(
          new Table(pick(OWNERS, random), words.get(0), numbers.get(0)),
          new Table(pick(MEMBERS, random), words.get(1), numbers.get(1)));
    }

    /** The member's column that holds the owner's id. */
    String pointer() {
      return owner.name() + "_id";
    }

    /** As Spider's prompt tells it. */
    String text() {
      return "%1$s: id number ,  name text ,  %2$s text ,  %3$s number ,  foreign:  ,  primary: id"
              .formatted(owner.name(), owner.word(), owner.number())
          + " | %1$s: id number ,  %2$s number ,  name text ,  %3$s text ,  %4$s number ,  foreign: id from %5$s ,  primary: id"
              .formatted(member.name(), pointer(), member.word(), member.number(), owner.name());
    }
  }

  /** Spider's levels of hardness. */
  enum Level {
    EASY,
    MEDIUM,
    HARD,
    EXTRA
  }

  /**
   * A question and its answer.
   *
   * @param text the question
   * @param sql the query
   * @param level its hardness
   */
  record Question(String text, String sql, Level level) {

    static Question random(Schema schema, Random random) {
      Level level = Level.values()[random.nextInt(4)];
      Table table = random.nextBoolean() ? schema.owner() : schema.member();
      List<Question> all =
          switch (level) {
            case EASY -> easy(table, random);
            case MEDIUM -> medium(table, schema, random);
            case HARD -> hard(table, schema, random);
            case EXTRA -> extra(schema, random);
          };
      return all.get(random.nextInt(all.size()));
    }
  }

  private QuickTables() {}

  /** What is read of an example, as Spider's prompt has it. */
  static String input(Random random) {
    Schema schema = Schema.random(random);
    return Spider.releasedInput(Question.random(schema, random).text(), schema.text());
  }

  /** Queries of one database, or questions. */
  static String text(Random random) {
    Schema schema = Schema.random(random);
    List<String> texts = new ArrayList<>();
    boolean queries = random.nextBoolean();
    for (int i = 0; i < 2; i++) {
      Question question = Question.random(schema, random);
      texts.add(queries ? question.sql().toLowerCase(Locale.ROOT) : question.text());
    }
    return String.join(queries ? "; " : " ", texts);
  }

  private static List<Question> easy(Table t, Random random) {
    int limit = LIMITS.get(random.nextInt(LIMITS.size()));
    boolean above = random.nextBoolean();
    boolean largest = random.nextBoolean();
    String column = random.nextBoolean() ? "name" : t.word();
    return List.of(
        question(
            Level.EASY, "How many %ss are there?", "SELECT count(*) FROM %s", List.of(t.name())),
        question(
            Level.EASY,
            "What is the %s of every %s?",
            "SELECT %s FROM %s",
            List.of(column, t.name())),
        question(
            Level.EASY,
            "What is the %s of every %s with %s " + (above ? "above" : "below") + " %s?",
            "SELECT %s FROM %s WHERE %s " + (above ? ">" : "<") + " %s",
            List.of(column, t.name(), t.number(), "" + limit)),
        question(
            Level.EASY,
            "What is the " + (largest ? "largest" : "smallest") + " %s of all %ss?",
            "SELECT " + (largest ? "max" : "min") + "(%s) FROM %s",
            List.of(t.number(), t.name())));
  }

  private static List<Question> medium(Table t, Schema schema, Random random) {
    int limit = LIMITS.get(random.nextInt(LIMITS.size()));
    String value = pick(VALUES, random);
    Table owner = schema.owner();
    return List.of(
        question(
            Level.MEDIUM,
            "For each %s, how many %ss are there?",
            "SELECT %1$s, count(*) FROM %2$s GROUP BY %1$s",
            List.of(t.word(), t.name())),
        question(
            Level.MEDIUM,
            "What are %s and %s of every %s, by %s?",
            "SELECT %s, %s FROM %s ORDER BY %s",
            List.of("name", t.word(), t.name(), t.number())),
        question(
            Level.MEDIUM,
            "What is the name of every %s with %s %s and %s above %s?",
            "SELECT name FROM %s WHERE %s = '%s' AND %s > %s",
            List.of(t.name(), t.word(), value, t.number(), "" + limit)),
        question(
            Level.MEDIUM,
            "What is the name of every %s whose %s has %s %s?",
            "SELECT T1.name FROM %1$s AS T1 JOIN %2$s AS T2 ON T1.%2$s_id = T2.id"
                + " WHERE T2.%3$s = '%4$s'",
            List.of(schema.member().name(), owner.name(), owner.word(), value)));
  }

  private static List<Question> hard(Table t, Schema schema, Random random) {
    int limit = LIMITS.get(random.nextInt(LIMITS.size()));
    boolean above = random.nextBoolean();
    return List.of(
        question(
            Level.HARD,
            "What is the name of every %s with %s " + (above ? "above" : "below") + " average?",
            "SELECT name FROM %1$s WHERE %2$s "
                + (above ? ">" : "<")
                + " (SELECT avg(%2$s) FROM %1$s)",
            List.of(t.name(), t.number())),
        question(
            Level.HARD,
            "What is the name of every %s without a %s?",
            "SELECT name FROM %1$s WHERE id NOT IN (SELECT %1$s_id FROM %2$s)",
            List.of(schema.owner().name(), schema.member().name())),
        question(
            Level.HARD,
            "Of every %s with %s above %s, what is the first %s by name?",
            "SELECT %4$s FROM %1$s WHERE %2$s > %3$s ORDER BY name LIMIT 1",
            List.of(t.name(), t.number(), "" + limit, t.word())));
  }

  private static List<Question> extra(Schema schema, Random random) {
    int limit = LIMITS.get(random.nextInt(LIMITS.size()));
    Table owner = schema.owner();
    Table member = schema.member();
    return List.of(
        question(
            Level.EXTRA,
            "Which %s has most %ss, and how many?",
            "SELECT T2.name, count(*) FROM %2$s AS T1 JOIN %1$s AS T2 ON T1.%1$s_id = T2.id"
                + " GROUP BY T2.name ORDER BY count(*) DESC LIMIT 1",
            List.of(owner.name(), member.name())),
        question(
            Level.EXTRA,
            "Whose %s has %s %s and who has most %s among every %s?",
            "SELECT T1.name FROM %5$s AS T1 JOIN %1$s AS T2 ON T1.%1$s_id = T2.id"
                + " WHERE T2.%2$s = '%3$s' ORDER BY T1.%4$s DESC LIMIT 1",
            List.of(
                owner.name(), owner.word(), pick(VALUES, random), member.number(), member.name())),
        question(
            Level.EXTRA,
            "For each %s of a %s, how many %ss with %s above %s are there, most first?",
            "SELECT T2.%1$s, count(*) FROM %3$s AS T1 JOIN %2$s AS T2 ON T1.%2$s_id = T2.id"
                + " WHERE T1.%4$s > %5$s GROUP BY T2.%1$s ORDER BY count(*) DESC",
            List.of(owner.word(), owner.name(), member.name(), member.number(), "" + limit)));
  }

  private static Question question(Level level, String text, String sql, List<String> words) {
    Object[] values = words.toArray();
    return new Question(
        String.format(Locale.ROOT, text, values), String.format(Locale.ROOT, sql, values), level);
  }

  private static String pick(List<String> list, Random random) {
    return list.get(random.nextInt(list.size()));
  }

  private static List<String> shuffled(List<String> list, Random random) {
    List<String> copy = new ArrayList<>(list);
    Collections.shuffle(copy, random);
    return copy;
  }
}
