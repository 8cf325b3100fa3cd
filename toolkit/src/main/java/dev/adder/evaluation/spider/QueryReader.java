package dev.adder.evaluation.spider;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a query from left to right as the official evaluation does: only what Spider's own queries
 * need, words it does not expect make the query unreadable, and some it skips.
 */
final class QueryReader {

  private static final Set<String> CLAUSES =
      Set.of("select", "from", "where", "group", "order", "limit", "intersect", "union", "except");
  private static final Set<String> COMBINATIONS = Set.of("intersect", "union", "except");
  private static final Set<String> JOINS = Set.of("join", "on", "as");
  private static final Set<String> COMPARISONS =
      Set.of("not", "between", "=", ">", "<", ">=", "<=", "!=", "in", "like", "is", "exists");
  private static final Set<String> OPERATORS = Set.of("none", "-", "+", "*", "/");
  private static final Set<String> AGGREGATES = Set.of("none", "max", "min", "count", "sum", "avg");
  private static final Pattern NUMBER =
      Pattern.compile(
          "[+-]?(?:(?:\\d+(?:_\\d+)*\\.?\\d*|\\.\\d+)(?:e[+-]?\\d+)?|inf|infinity|nan)");
  private static final Pattern WHOLE_NUMBER = Pattern.compile("[+-]?\\d{1,9}");

  private final Schema schema;
  private final List<String> words;

  /** Tables by alias and by name. */
  private final Map<String, String> aliases;

  private int at;

  private QueryReader(Schema schema, List<String> words, Map<String, String> aliases) {
    this.schema = schema;
    this.words = words;
    this.aliases = aliases;
  }

  static Query read(Schema schema, String text) throws UnreadableQueryException {
    List<String> words = SqlWords.split(text);
    Map<String, String> aliases = new HashMap<>();
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).equals("as")) {
        if (i == 0 || i + 1 == words.size()) {
          throw new UnreadableQueryException("\"as\" names nothing.");
        }
        aliases.put(words.get(i + 1), words.get(i - 1));
      }
    }
    for (String table : schema.columns().keySet()) {
      if (aliases.put(table, table) != null) {
        throw new UnreadableQueryException("The alias %s is a table too.".formatted(table));
      }
    }
    return new QueryReader(schema, words, aliases).query();
  }

  private boolean more() {
    return at < words.size();
  }

  private String word() throws UnreadableQueryException {
    if (!more()) {
      throw new UnreadableQueryException("The query ends too early.");
    }
    return words.get(at);
  }

  private boolean is(String word) {
    return more() && words.get(at).equals(word);
  }

  private boolean isIn(Set<String> set) {
    return more() && set.contains(words.get(at));
  }

  /** Goes on if the next word is this one. */
  private boolean skip(String word) {
    boolean found = is(word);
    at += found ? 1 : 0;
    return found;
  }

  private void expect(String word) throws UnreadableQueryException {
    if (!skip(word)) {
      throw new UnreadableQueryException("\"%s\" should stand at word %d.".formatted(word, at + 1));
    }
  }

  private boolean closes() {
    return is(")") || is(";");
  }

  private Query query() throws UnreadableQueryException {
    int start = at;
    word();
    boolean block = skip("(");
    int select = at;
    From from = from(start);
    int end = at;
    at = select;
    expect("select");
    boolean distinct = skip("distinct");
    List<Query.Item> items = items(from.tables());
    at = end;
    Terms where = skip("where") ? terms(from.tables()) : Terms.NONE;
    List<Column> groupBy = groupBy(from.tables());
    Terms having = skip("having") ? terms(from.tables()) : Terms.NONE;
    Query.Order order = order(from.tables());
    Integer limit = limit();
    skipSemicolons();
    if (block) {
      expect(")");
    }
    skipSemicolons();
    Query.Combination combination = null;
    if (isIn(COMBINATIONS)) {
      String how = words.get(at++);
      combination = new Query.Combination(how, query());
    }
    return new Query(
        distinct,
        items,
        from.sources(),
        from.on(),
        where,
        groupBy,
        having,
        order,
        limit,
        combination);
  }

  private void skipSemicolons() {
    while (is(";")) {
      at++;
    }
  }

  /** What FROM says; columns without a table are looked for in {@code tables}, in order. */
  private record From(List<Query.Source> sources, Terms on, List<String> tables) {}

  private From from(int start) throws UnreadableQueryException {
    int place = words.subList(start, words.size()).indexOf("from");
    if (place < 0) {
      throw new UnreadableQueryException("There is no FROM.");
    }
    at = start + place + 1;
    List<Query.Source> sources = new ArrayList<>();
    List<Term> on = new ArrayList<>();
    List<String> tables = new ArrayList<>();
    while (more()) {
      boolean block = skip("(");
      if (word().equals("select")) {
        sources.add(new Query.Nested(query()));
      } else {
        skip("join");
        String table = table();
        sources.add(new Query.Table(table));
        tables.add(table);
      }
      if (skip("on")) {
        Terms conditions = terms(tables);
        if (!on.isEmpty()) {
          on.add(new Term.Connector("and"));
        }
        on.addAll(conditions.list());
      }
      if (block) {
        expect(")");
      }
      if (isIn(CLAUSES) || closes()) {
        break;
      }
    }
    return new From(sources, new Terms(on), tables);
  }

  private String table() throws UnreadableQueryException {
    String table = aliases.get(word());
    if (table == null || !schema.columns().containsKey(table)) {
      throw new UnreadableQueryException("There is no table \"%s\".".formatted(word()));
    }
    at++;
    if (is("as")) {
      at += 2;
    }
    return table;
  }

  private List<Query.Item> items(List<String> tables) throws UnreadableQueryException {
    List<Query.Item> items = new ArrayList<>();
    while (more() && !isIn(CLAUSES)) {
      String aggregate = isIn(AGGREGATES) ? words.get(at++) : Column.NONE;
      items.add(new Query.Item(aggregate, expression(tables)));
      skip(",");
    }
    return items;
  }

  private Expression expression(List<String> tables) throws UnreadableQueryException {
    word();
    boolean block = skip("(");
    Column first = column(tables);
    String operator = Column.NONE;
    Column second = null;
    if (isIn(OPERATORS)) {
      operator = words.get(at++);
      second = column(tables);
    }
    if (block) {
      expect(")");
    }
    return new Expression(operator, first, second);
  }

  private Column column(List<String> tables) throws UnreadableQueryException {
    word();
    boolean block = skip("(");
    word();
    if (isIn(AGGREGATES)) {
      String aggregate = words.get(at++);
      expect("(");
      word();
      boolean distinct = skip("distinct");
      String id = id(tables);
      expect(")");
      // A parenthesis before the aggregate is not closed here, but by the expression around it.
      return new Column(aggregate, id, distinct);
    }
    boolean distinct = skip("distinct");
    String id = id(tables);
    if (block) {
      expect(")");
    }
    return new Column(Column.NONE, id, distinct);
  }

  private String id(List<String> tables) throws UnreadableQueryException {
    String word = word();
    at++;
    if (word.equals(Schema.ALL)) {
      return Schema.ALL;
    }
    if (word.indexOf('.') >= 0) {
      String[] parts = word.split("\\.", -1);
      String table = parts.length == 2 ? aliases.get(parts[0]) : null;
      if (table != null && schema.has(table, parts[1])) {
        return Schema.id(table, parts[1]);
      }
    } else {
      for (String table : tables) {
        if (schema.has(table, word)) {
          return Schema.id(table, word);
        }
      }
    }
    throw new UnreadableQueryException("There is no column \"%s\".".formatted(word));
  }

  private Terms terms(List<String> tables) throws UnreadableQueryException {
    List<Term> terms = new ArrayList<>();
    while (more()) {
      Expression left = expression(tables);
      word();
      boolean negated = skip("not");
      String operator = word();
      if (!COMPARISONS.contains(operator)) {
        throw new UnreadableQueryException("\"%s\" compares nothing.".formatted(operator));
      }
      at++;
      Operand right = operand(tables);
      Operand second = null;
      if (operator.equals("between")) {
        expect("and");
        second = operand(tables);
      }
      terms.add(new Term.Condition(negated, operator, left, right, second));
      if (isIn(CLAUSES) || closes() || isIn(JOINS)) {
        break;
      }
      if (is("and") || is("or")) {
        terms.add(new Term.Connector(words.get(at++)));
      }
    }
    return new Terms(terms);
  }

  private Operand operand(List<String> tables) throws UnreadableQueryException {
    int start = at;
    word();
    boolean block = skip("(");
    String word = word();
    Operand operand;
    if (word.equals("select")) {
      operand = query();
    } else if (word.indexOf('"') >= 0) {
      operand = new Operand.Text(word);
      at++;
    } else if (NUMBER.matcher(word).matches()) {
      operand = new Operand.Number(number(word));
      at++;
    } else {
      // All words up to the end of the condition; those behind the column are skipped.
      while (more() && !ends(words.get(at))) {
        at++;
      }
      List<String> inside = words.subList(start, at);
      operand = new QueryReader(schema, inside, aliases).column(tables);
    }
    if (block) {
      expect(")");
    }
    return operand;
  }

  private static boolean ends(String word) {
    return word.equals(",")
        || word.equals(")")
        || word.equals("and")
        || CLAUSES.contains(word)
        || JOINS.contains(word);
  }

  private static double number(String word) {
    String plain = word.replace("_", "");
    if (plain.endsWith("inf") || plain.endsWith("infinity")) {
      return plain.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    return plain.endsWith("nan") ? Double.NaN : Double.parseDouble(plain);
  }

  private List<Column> groupBy(List<String> tables) throws UnreadableQueryException {
    List<Column> columns = new ArrayList<>();
    if (!skip("group")) {
      return columns;
    }
    expect("by");
    while (more() && !isIn(CLAUSES) && !closes()) {
      columns.add(column(tables));
      if (!skip(",")) {
        break;
      }
    }
    return columns;
  }

  private Query.@Nullable Order order(List<String> tables) throws UnreadableQueryException {
    if (!skip("order")) {
      return null;
    }
    expect("by");
    String direction = "asc";
    List<Expression> by = new ArrayList<>();
    while (more() && !isIn(CLAUSES) && !closes()) {
      by.add(expression(tables));
      if (is("asc") || is("desc")) {
        direction = words.get(at++);
      }
      if (!skip(",")) {
        break;
      }
    }
    return new Query.Order(direction, by);
  }

  private @Nullable Integer limit() throws UnreadableQueryException {
    if (!skip("limit")) {
      return null;
    }
    String count = word();
    if (!WHOLE_NUMBER.matcher(count).matches()) {
      throw new UnreadableQueryException("LIMIT is followed by \"%s\".".formatted(count));
    }
    at++;
    return Integer.valueOf(count.startsWith("+") ? count.substring(1) : count);
  }
}
