package dev.adder.report;

import java.util.Locale;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * A Tablesaw table as HTML that Jupyter styles like its own: names left, numbers right and rounded.
 */
public final class TableHtml {

  private static final int MOST_ROWS = 60;

  private TableHtml() {}

  /** The table, cut after {@value #MOST_ROWS} rows with a note. */
  public static String of(Table table) {
    StringBuilder html = new StringBuilder("<table class=\"dataframe\"><thead><tr>");
    for (Column<?> column : table.columns()) {
      html.append("<th scope=\"col\" style=\"text-align:").append(side(column)).append("\">");
      html.append(escape(column.name())).append("</th>");
    }
    html.append("</tr></thead><tbody>");
    int rows = Math.min(MOST_ROWS, table.rowCount());
    for (int row = 0; row < rows; row++) {
      html.append("<tr>");
      for (Column<?> column : table.columns()) {
        html.append("<td style=\"text-align:").append(side(column)).append("\">");
        html.append(escape(cell(column, row))).append("</td>");
      }
      html.append("</tr>");
    }
    html.append("</tbody></table>");
    if (rows < table.rowCount()) {
      html.append("<p>").append(rows).append(" of ").append(table.rowCount()).append(" rows.</p>");
    }
    return html.toString();
  }

  private static String side(Column<?> column) {
    return numeric(column) ? "right" : "left";
  }

  private static boolean numeric(Column<?> column) {
    ColumnType type = column.type();
    return type == ColumnType.DOUBLE
        || type == ColumnType.FLOAT
        || type == ColumnType.INTEGER
        || type == ColumnType.LONG;
  }

  private static String cell(Column<?> column, int row) {
    if (column.isMissing(row)) {
      return "";
    }
    Object value = column.get(row);
    if (value instanceof Double || value instanceof Float) {
      return round(((Number) value).doubleValue());
    }
    if (value instanceof Integer || value instanceof Long) {
      return String.format(Locale.ROOT, "%,d", ((Number) value).longValue());
    }
    return String.valueOf(value);
  }

  /** Four significant digits, without an exponent where the number can be read without one. */
  static String round(double value) {
    if (value == 0 || !Double.isFinite(value)) {
      return String.valueOf(value).replace(".0", "");
    }
    double size = Math.abs(value);
    if (size >= 1e6 || size < 1e-4) {
      return String.format(Locale.ROOT, "%.3e", value);
    }
    int decimals = Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
    String text = String.format(Locale.ROOT, "%,." + decimals + "f", value);
    return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
  }

  /** Text as HTML. */
  public static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
