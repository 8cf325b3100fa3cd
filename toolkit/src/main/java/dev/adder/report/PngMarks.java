package dev.adder.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Draws the marks of a figure's traces inside its axes. */
final class PngMarks {

  /** A value moved along its axis; one unit is the distance of neighbouring categories. */
  record Shift(Object value, double by) {}

  private final Graphics2D g;
  private final ToDoubleFunction<Object> atX;
  private final ToDoubleFunction<Object> atY;
  private final List<Map<String, Object>> traces;
  private double lowest = Double.POSITIVE_INFINITY;
  private double highest = Double.NEGATIVE_INFINITY;

  PngMarks(
      Graphics2D graphics,
      ToDoubleFunction<Object> atX,
      ToDoubleFunction<Object> atY,
      List<Map<String, Object>> traces) {
    g = graphics;
    this.atX = atX;
    this.atY = atY;
    this.traces = traces;
  }

  void draw(int index) {
    Map<String, Object> trace = traces.get(index);
    switch (String.valueOf(trace.get("type"))) {
      case "heatmap" -> heatmap(trace);
      case "bar" -> bars(trace, index);
      default -> scatter(trace, color(index));
    }
  }

  static List<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }

  private static Map<?, ?> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  private static double number(@Nullable Object value, double otherwise) {
    return value instanceof Number number ? number.doubleValue() : otherwise;
  }

  /** Half the error bar of a point; 0 for none. */
  static double spread(Map<String, Object> trace, int point) {
    List<?> array = list(map(trace.get("error_y")).get("array"));
    return point < array.size() ? number(array.get(point), 0) : 0;
  }

  private Color color(int index) {
    Map<String, Object> trace = traces.get(index);
    Color plain = Color.decode(PlotlyJson.PALETTE.get(index % PlotlyJson.PALETTE.size()));
    for (String holder : List.of("line", "marker")) {
      if (map(trace.get(holder)).get("color") instanceof String text
          && text.matches("#[0-9a-fA-F]{6}")) {
        plain = Color.decode(text);
      }
    }
    int opacity = (int) Math.round(255 * number(trace.get("opacity"), 1));
    return new Color(plain.getRed(), plain.getGreen(), plain.getBlue(), opacity);
  }

  private static boolean lines(Map<String, Object> trace) {
    return String.valueOf(trace.getOrDefault("mode", "markers")).contains("line");
  }

  private static boolean markers(Map<String, Object> trace) {
    return String.valueOf(trace.getOrDefault("mode", "markers")).contains("markers");
  }

  private static BasicStroke stroke(Map<String, Object> trace) {
    Map<?, ?> line = map(trace.get("line"));
    float width = (float) number(line.get("width"), 2);
    float[] dash =
        switch (String.valueOf(line.get("dash"))) {
          case "dash", "longdash" -> new float[] {8, 5};
          case "dot" -> new float[] {2, 4};
          case "dashdot", "longdashdot" -> new float[] {8, 4, 2, 4};
          default -> null;
        };
    return new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, dash, 0);
  }

  private void scatter(Map<String, Object> trace, Color color) {
    List<?> xs = list(trace.get("x"));
    List<?> ys = list(trace.get("y"));
    g.setColor(color);
    if (lines(trace)) {
      g.setStroke(stroke(trace));
      g.draw(path(xs, ys));
    }
    for (int i = 0; i < Math.min(xs.size(), ys.size()); i++) {
      double x = atX.applyAsDouble(xs.get(i));
      double y = atY.applyAsDouble(ys.get(i));
      if (!Double.isFinite(x + y)) {
        continue;
      }
      if (spread(trace, i) > 0) {
        errorBar(x, number(ys.get(i), 0), spread(trace, i));
      }
      if (markers(trace)) {
        marker(trace, x, y);
      }
    }
  }

  /** A line that is broken where a value is missing. */
  private Path2D path(List<?> xs, List<?> ys) {
    Path2D path = new Path2D.Double();
    boolean down = false;
    for (int i = 0; i < Math.min(xs.size(), ys.size()); i++) {
      double x = atX.applyAsDouble(xs.get(i));
      double y = atY.applyAsDouble(ys.get(i));
      boolean here = Double.isFinite(x + y);
      if (here && down) {
        path.lineTo(x, y);
      } else if (here) {
        path.moveTo(x, y);
      }
      down = here;
    }
    return path;
  }

  private void errorBar(double x, double value, double spread) {
    double low = atY.applyAsDouble(value - spread);
    double high = atY.applyAsDouble(value + spread);
    g.setStroke(new BasicStroke(1.5f));
    g.draw(new Line2D.Double(x, low, x, high));
    g.draw(new Line2D.Double(x - 5, low, x + 5, low));
    g.draw(new Line2D.Double(x - 5, high, x + 5, high));
  }

  private void marker(Map<String, Object> trace, double x, double y) {
    Map<?, ?> marker = map(trace.get("marker"));
    double size = number(marker.get("size"), 7);
    String symbol = String.valueOf(marker.get("symbol"));
    Shape shape = shape(symbol.replace("-open", ""), x, y, size / 2);
    if (symbol.endsWith("-open")) {
      g.setStroke(new BasicStroke(1.5f));
      g.draw(shape);
    } else {
      g.fill(shape);
    }
  }

  private static Shape shape(String symbol, double x, double y, double r) {
    return switch (symbol) {
      case "square" -> new Rectangle2D.Double(x - r, y - r, 2 * r, 2 * r);
      case "diamond" -> polygon(x, y - r, x + r, y, x, y + r, x - r, y);
      case "triangle-up" -> polygon(x, y - r, x + r, y + r, x - r, y + r);
      case "triangle-down" -> polygon(x, y + r, x + r, y - r, x - r, y - r);
      default -> new Ellipse2D.Double(x - r, y - r, 2 * r, 2 * r);
    };
  }

  private static Path2D polygon(double... at) {
    Path2D path = new Path2D.Double();
    path.moveTo(at[0], at[1]);
    for (int i = 2; i < at.length; i += 2) {
      path.lineTo(at[i], at[i + 1]);
    }
    path.closePath();
    return path;
  }

  /** Bars of several traces stand side by side. */
  private void bars(Map<String, Object> trace, int index) {
    boolean sideways = "h".equals(trace.get("orientation"));
    List<?> names = list(trace.get(sideways ? "y" : "x"));
    List<?> values = list(trace.get(sideways ? "x" : "y"));
    long count = traces.stream().filter(t -> "bar".equals(t.get("type"))).count();
    long before =
        traces.subList(0, index).stream().filter(t -> "bar".equals(t.get("type"))).count();
    double width = 0.8 / count;
    g.setColor(color(index));
    for (int i = 0; i < Math.min(names.size(), values.size()); i++) {
      Shift from = new Shift(names.get(i), -0.4 + before * width);
      Shift to = new Shift(names.get(i), -0.4 + (before + 0.96) * width);
      g.fill(
          sideways
              ? box(at(atX, 0), at(atY, from), at(atX, values.get(i)), at(atY, to))
              : box(at(atX, from), at(atY, 0), at(atX, to), at(atY, values.get(i))));
    }
  }

  private static double at(ToDoubleFunction<Object> axis, Object value) {
    return axis.applyAsDouble(value);
  }

  private static Rectangle2D box(double x1, double y1, double x2, double y2) {
    return new Rectangle2D.Double(
        Math.min(x1, x2), Math.min(y1, y2), Math.abs(x2 - x1), Math.abs(y2 - y1));
  }

  private void heatmap(Map<String, Object> trace) {
    List<?> rows = list(trace.get("z"));
    List<?> xs = list(trace.get("x"));
    List<?> ys = list(trace.get("y"));
    for (Object row : rows) {
      for (Object cell : list(row)) {
        lowest = Math.min(lowest, number(cell, Double.POSITIVE_INFINITY));
        highest = Math.max(highest, number(cell, Double.NEGATIVE_INFINITY));
      }
    }
    double range = highest > lowest ? highest - lowest : 1;
    double[] columns = edges(atX, xs);
    double[] lines = edges(atY, ys);
    for (int i = 0; i < rows.size(); i++) {
      List<?> row = list(rows.get(i));
      for (int j = 0; j < row.size(); j++) {
        if (row.get(j) instanceof Number number) {
          Rectangle2D cell =
              box(columns[2 * j], lines[2 * i], columns[2 * j + 1], lines[2 * i + 1]);
          g.setColor(ink((number.doubleValue() - lowest) / range));
          // Half a pixel more, so that no seam shows between neighbours.
          cell.setRect(
              cell.getX(), cell.getY() - 0.5, cell.getWidth() + 0.5, cell.getHeight() + 0.5);
          g.fill(cell);
        }
      }
    }
  }

  /** Where each category begins and ends. */
  private static double[] edges(ToDoubleFunction<Object> axis, List<?> categories) {
    double[] edges = new double[2 * categories.size()];
    for (int i = 0; i < categories.size(); i++) {
      edges[2 * i] = at(axis, new Shift(categories.get(i), -0.5));
      edges[2 * i + 1] = at(axis, new Shift(categories.get(i), 0.5));
    }
    return edges;
  }

  double lowestCell() {
    return Double.isFinite(lowest) ? lowest : 0;
  }

  double highestCell() {
    return highest > lowest ? highest : lowestCell() + 1;
  }

  /** The colour of a share of a heat map's range. */
  static Color ink(double share) {
    double s = Math.max(0, Math.min(1, share));
    int from = s < 0.5 ? 0 : 1;
    Color a = Color.decode(PlotlyJson.INK_SCALE.get(from));
    Color b = Color.decode(PlotlyJson.INK_SCALE.get(from + 1));
    double part = (s - 0.5 * from) * 2;
    return new Color(
        mix(a.getRed(), b.getRed(), part),
        mix(a.getGreen(), b.getGreen(), part),
        mix(a.getBlue(), b.getBlue(), part));
  }

  private static int mix(int a, int b, double part) {
    return (int) Math.round(a + part * (b - a));
  }

  /** The trace's mark, for the legend. */
  void sample(int index, double x, double y) {
    Map<String, Object> trace = traces.get(index);
    g.setColor(color(index));
    if ("bar".equals(trace.get("type"))) {
      g.fill(new Rectangle2D.Double(x + 6, y - 5, 14, 10));
      return;
    }
    if (lines(trace)) {
      g.setStroke(stroke(trace));
      g.draw(new Line2D.Double(x, y, x + 26, y));
    }
    if (markers(trace)) {
      marker(trace, x + 13, y);
    }
  }
}
