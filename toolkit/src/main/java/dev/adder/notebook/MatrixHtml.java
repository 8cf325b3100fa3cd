package dev.adder.notebook;

import java.util.Locale;
import org.hipparchus.linear.RealMatrix;

/**
 * A matrix as people write it: rows in brackets, three digits, the rest of a large one left out.
 */
final class MatrixHtml {

  private static final int MOST = 10;

  private MatrixHtml() {}

  static MimeBundle of(RealMatrix matrix) {
    int rows = Math.min(MOST, matrix.getRowDimension());
    int columns = Math.min(MOST, matrix.getColumnDimension());
    boolean cut = rows < matrix.getRowDimension() || columns < matrix.getColumnDimension();
    StringBuilder html = new StringBuilder();
    StringBuilder text = new StringBuilder();
    html.append("<table style=\"border-left:1.5px solid;border-right:1.5px solid;");
    html.append("border-radius:6px;border-collapse:separate\"><tbody>");
    for (int i = 0; i < rows; i++) {
      html.append("<tr>");
      for (int j = 0; j < columns; j++) {
        String entry = entry(matrix.getEntry(i, j));
        html.append("<td style=\"text-align:right;border:0;background:none\">");
        html.append(entry).append("</td>");
        text.append(String.format(Locale.ROOT, "%10s", entry));
      }
      html.append("</tr>");
      text.append('\n');
    }
    html.append("</tbody></table>");
    if (cut) {
      String size =
          "the first %d × %d of %d × %d"
              .formatted(rows, columns, matrix.getRowDimension(), matrix.getColumnDimension());
      html.append("<p>").append(size).append("</p>");
      text.append(size).append('\n');
    }
    return MimeBundle.html(html.toString(), text.toString().stripTrailing());
  }

  /** What is 0 but for rounding stands as 0. */
  private static String entry(double value) {
    double size = Math.abs(value);
    if (size < 1e-12) {
      return "0";
    }
    if (value == Math.rint(value) && size < 1e6) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    return String.format(Locale.ROOT, size >= 0.001 && size < 1e4 ? "%.3f" : "%.1e", value);
  }
}
