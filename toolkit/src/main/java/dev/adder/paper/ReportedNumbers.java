package dev.adder.paper;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.Predicate;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.io.csv.CsvReadOptions;

/**
 * The numbers that the paper and its authors' code report, each with how far it can be trusted.
 *
 * <p>They are data, in {@code data/reported/reported.csv}; a number that is not known is a row
 * without a value.
 */
public final class ReportedNumbers {

  private static final String RESOURCE = "/dev/adder/reported/reported.csv";
  private static final List<String> HEADER =
      List.of(
          "edition",
          "table",
          "model",
          "row",
          "part",
          "column",
          "value",
          "certainty",
          "source",
          "note");

  private final List<ReportedNumber> numbers;

  private ReportedNumbers(List<ReportedNumber> numbers) {
    this.numbers = List.copyOf(numbers);
  }

  /**
   * All reported numbers.
   *
   * @throws IllegalArgumentException if a line is malformed; the message names it
   */
  public static ReportedNumbers load() {
    try (InputStream in = ReportedNumbers.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(
            "The toolkit's jar lacks " + RESOURCE + ". Build it again from a whole checkout.");
      }
      return read(new InputStreamReader(in, StandardCharsets.UTF_8));
    } catch (IOException failure) {
      throw new UncheckedIOException("The reported numbers cannot be read.", failure);
    }
  }

  static ReportedNumbers read(Reader csv) {
    ColumnType[] text = new ColumnType[HEADER.size()];
    Arrays.fill(text, ColumnType.STRING);
    Table table =
        Table.read()
            .usingOptions(
                CsvReadOptions.builder(csv).columnTypes(text).missingValueIndicator("").build());
    if (!table.columnNames().equals(HEADER)) {
      throw new IllegalArgumentException(
          "The columns of the reported numbers are %s, expected %s."
              .formatted(table.columnNames(), HEADER));
    }
    List<ReportedNumber> numbers = new ArrayList<>();
    for (int line = 0; line < table.rowCount(); line++) {
      List<String> cells = new ArrayList<>();
      for (String name : HEADER) {
        StringColumn column = table.stringColumn(name);
        cells.add(column.isMissing(line) ? "" : column.get(line));
      }
      numbers.add(number(cells, line + 2));
    }
    return new ReportedNumbers(numbers);
  }

  private static ReportedNumber number(List<String> cells, int line) {
    String printed = cells.get(6);
    try {
      return new ReportedNumber(
          cells.get(0),
          cells.get(1),
          cells.get(2),
          cells.get(3),
          cells.get(4),
          cells.get(5),
          printed.isEmpty()
              ? OptionalDouble.empty()
              : OptionalDouble.of(Double.parseDouble(printed)),
          printed,
          Certainty.of(cells.get(7)),
          cells.get(8),
          cells.get(9));
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(
          "Line %d of the reported numbers: %s".formatted(line, malformed.getMessage()), malformed);
    }
  }

  /** Every number, in the order of the file. */
  public List<ReportedNumber> all() {
    return numbers;
  }

  /** The numbers of one table or figure. */
  public ReportedNumbers table(String edition, String table) {
    return where(n -> n.edition().equals(edition) && n.table().equals(table));
  }

  /** The numbers that satisfy a condition. */
  public ReportedNumbers where(Predicate<ReportedNumber> condition) {
    return new ReportedNumbers(numbers.stream().filter(condition).toList());
  }

  /**
   * The number of a row, whatever part it is applied to, and a column; empty where there is no such
   * row.
   *
   * @throws IllegalStateException if more than one has these names
   */
  public Optional<ReportedNumber> find(String row, String column) {
    List<ReportedNumber> found =
        numbers.stream().filter(n -> n.row().equals(row) && n.column().equals(column)).toList();
    if (found.size() > 1) {
      throw new IllegalStateException(
          "%d reported numbers are called %s, %s. Choose a table, and with where(...) a part or model, first."
              .formatted(found.size(), row, column));
    }
    return found.stream().findFirst();
  }

  /** The same as a table, values as printed and certainty beside them. */
  public Table asTable() {
    List<StringColumn> columns =
        List.of(
            column("edition", ReportedNumber::edition),
            column("table", ReportedNumber::table),
            column("model", ReportedNumber::model),
            column("row", ReportedNumber::row),
            column("part", ReportedNumber::part),
            column("column", ReportedNumber::column),
            column("value", ReportedNumber::printed),
            column("certainty", n -> n.certainty().word()),
            column("note", ReportedNumber::note));
    Table table = Table.create("Reported numbers");
    columns.forEach(table::addColumns);
    return table;
  }

  private StringColumn column(String name, Function<ReportedNumber, String> cell) {
    return StringColumn.create(name, numbers.stream().map(cell).toList());
  }
}
