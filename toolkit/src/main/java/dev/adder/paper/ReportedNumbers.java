package dev.adder.paper;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Table;
import tech.tablesaw.io.csv.CsvReadOptions;

/** The numbers the paper reports, each with its certainty; unknown ones are missing. */
public final class ReportedNumbers {

  private static final ColumnType[] TYPES = {
    ColumnType.STRING,
    ColumnType.STRING,
    ColumnType.STRING,
    ColumnType.STRING,
    ColumnType.STRING,
    ColumnType.DOUBLE,
    ColumnType.STRING
  };

  private ReportedNumbers() {}

  /** All of them: edition, table, row, part, column, value, certainty. */
  public static Table all() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            ReportedNumbers.class.getResourceAsStream("/dev/adder/reported/numbers.csv"))) {
      return Table.read().csv(CsvReadOptions.builder(in).columnTypes(TYPES));
    }
  }

  /** Those of one table, such as "Table 1 Mamba". */
  public static Table table(String name) throws IOException {
    Table all = all();
    Table found = all.where(all.stringColumn("table").isEqualTo(name));
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "There is no table \"%s\". There are: %s."
              .formatted(name, all.stringColumn("table").unique().asList()));
    }
    return found;
  }
}
