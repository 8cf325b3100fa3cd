package dev.adder.report;

import java.util.Locale;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * A Tablesaw table as HTML that Jupyter styles like its own: names left, numbers right and rounded.
 */
public final class TableHtml {

  private static final int PAGE_ROWS = 60;
  private static final int MOST_PAGES = 20;

  private TableHtml() {}

  /**
   * The table in pages of {@value #PAGE_ROWS} rows; those behind the first open by a click, which
   * works without any script, and in light and dark alike, since colours are left to the page.
   */
  public static String of(Table table) {
    int rows = table.rowCount();
    StringBuilder html = new StringBuilder(page(table, 0, Math.min(PAGE_ROWS, rows)));
    int most = Math.min(rows, PAGE_ROWS * MOST_PAGES);
    for (int from = PAGE_ROWS; from < most; from += PAGE_ROWS) {
      int to = Math.min(from + PAGE_ROWS, most);
      html.append("<details><summary>Rows ").append(count(from + 1)).append("–").append(count(to));
      html.append(" of ").append(count(rows)).append("</summary>");
      html.append(page(table, from, to)).append("</details>");
    }
    if (most < rows) {
      html.append("<p>The first ").append(count(most)).append(" of ").append(count(rows));
      html.append(" rows.</p>");
    }
    return html.toString();
  }

  private static String count(int rows) {
    return String.format(Locale.ROOT, "%,d", rows);
  }

  private static String page(Table table, int from, int to) {
    StringBuilder html = new StringBuilder("<table class=\"dataframe\"><thead><tr>");
    for (Column<?> column : table.columns()) {
      html.append("<th scope=\"col\" style=\"text-align:").append(side(column)).append("\">");
      html.append(escape(column.name())).append("</th>");
    }
    html.append("</tr></thead><tbody>");
    for (int row = from; row < to; row++) {
      html.append("<tr>");
      for (int i = 0; i < table.columnCount(); i++) {
        Column<?> column = table.column(i);
        // A name at the beginning is the row's header, also for those who hear the table.
        boolean header = i == 0 && !numeric(column);
        html.append(header ? "<th scope=\"row\"" : "<td");
        html.append(" style=\"text-align:").append(side(column)).append("\">");
        html.append(escape(cell(column, row))).append(header ? "</th>" : "</td>");
      }
      html.append("</tr>");
    }
    return html.append("</tbody></table>").toString();
  }

  private static String side(Column<?> column) {
    return numeric(column) ? "right" : "left";
  }

  private static boolean numeric(Column<?> column) {
    ColumnType type = column.type();
    return type == ColumnType.DOUBLE
        || type == ColumnType.FLOAT
        || type == ColumnType.INTEGER
        || type == ColumnType.SHORT
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
    if (value instanceof Integer || value instanceof Long || value instanceof Short) {
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
      String[] parts = String.format(Locale.ROOT, "%.3e", value).split("e", 2);
      return trim(parts[0]) + "e" + Integer.parseInt(parts[1]);
    }
    int decimals = Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
    return trim(String.format(Locale.ROOT, "%,." + decimals + "f", value));
  }

  /** Without zeros at the end of decimals. */
  private static String trim(String number) {
    return number.contains(".") ? number.replaceAll("\\.?0+$", "") : number;
  }

  /** Text as HTML. */
  public static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
