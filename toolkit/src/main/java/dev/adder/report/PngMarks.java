package dev.adder.report;

import static dev.adder.report.PlainFigure.list;
import static dev.adder.report.PlainFigure.map;
import static dev.adder.report.PlainFigure.number;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Draws the marks of a figure's traces inside its axes. */
final class PngMarks {

  /** A value moved along its axis; one unit is the distance of neighbouring categories. */
  record Shift(Object value, double by) {}

  /** Where values stand in the picture; NaN for what has no place. */
  interface Place {
    double x(Object value);

    double y(Object value);
  }

  /** Of a line's own colour, what is left in the area below it. */
  private static final double AREA = 0.4;

  /** Bubbles lie on each other; each is seen through the next. */
  private static final double BUBBLE = 0.7;

  private final Graphics2D g;
  private final PlainFigure figure;
  private final List<Map<String, Object>> traces;

  PngMarks(Graphics2D graphics, PlainFigure figure) {
    g = graphics;
    this.figure = figure;
    traces = figure.traces();
  }

  void draw(int index, Place place) {
    Map<String, Object> trace = traces.get(index);
    switch (PlainFigure.kind(trace)) {
      case "heatmap" -> heatmap(trace, place);
      case "contour" -> contour(trace, place);
      case "bar" -> bars(index, place);
      case "box", "violin" -> new PngSpread(g, trace, color(index), place).draw();
      default -> scatter(index, place);
    }
  }

  /** Half the error bar of a point; 0 for none. */
  static double spread(Map<String, Object> trace, int point) {
    List<?> array = list(map(trace.get("error_y")).get("array"));
    return point < array.size() ? number(array.get(point), 0) : 0;
  }

  /** What a trace is drawn in, where its points have no colours of their own. */
  Color color(int index) {
    Map<String, Object> trace = traces.get(index);
    Color plain = PngColors.ofPalette(index);
    for (String holder : List.of("line", "marker")) {
      plain = PngColors.of(map(trace.get(holder)).get("color")).orElse(plain);
    }
    Map<?, ?> marker = map(trace.get("marker"));
    double faint = number(marker.get("opacity"), marker.get("size") instanceof List ? BUBBLE : 1);
    return PngColors.withOpacity(plain, number(trace.get("opacity"), 1) * faint);
  }

  private static boolean lines(Map<String, Object> trace) {
    return String.valueOf(trace.getOrDefault("mode", "markers")).contains("line");
  }

  private static boolean markers(Map<String, Object> trace) {
    return String.valueOf(trace.getOrDefault("mode", "markers")).contains("markers");
  }

  private static boolean words(Map<String, Object> trace) {
    return String.valueOf(trace.get("mode")).contains("text");
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

  private void scatter(int index, Place place) {
    Map<String, Object> trace = traces.get(index);
    Color color = color(index);
    String shape = String.valueOf(map(trace.get("line")).get("shape"));
    List<double[]> points = points(trace, place);
    if (trace.get("fill") instanceof String fill && !fill.equals("none")) {
      g.setColor(PngColors.of(trace.get("fillcolor")).orElse(PngColors.withOpacity(color, AREA)));
      g.fill(area(index, points, shape, fill, place));
    }
    g.setColor(color);
    if (lines(trace)) {
      g.setStroke(stroke(trace));
      g.draw(path(points, shape));
    }
    List<?> ys = list(trace.get("y"));
    for (int i = 0; i < points.size(); i++) {
      double[] at = points.get(i);
      if (Double.isFinite(at[0] + at[1])) {
        g.setColor(color);
        if (spread(trace, i) > 0) {
          errorBar(at[0], number(ys.get(i), 0), spread(trace, i), place);
        }
        if (markers(trace)) {
          g.setColor(color(trace, i, color));
          marker(trace, i, at[0], at[1]);
        }
        if (words(trace)) {
          word(trace, i, at[0], at[1]);
        }
      }
    }
  }

  private static List<double[]> points(Map<String, Object> trace, Place place) {
    List<?> xs = list(trace.get("x"));
    List<?> ys = list(trace.get("y"));
    List<double[]> points = new ArrayList<>();
    for (int i = 0; i < Math.min(xs.size(), ys.size()); i++) {
      points.add(new double[] {place.x(xs.get(i)), place.y(ys.get(i))});
    }
    return points;
  }

  /** A line that is broken where a value is missing. */
  private static Path2D path(List<double[]> points, String shape) {
    Path2D path = new Path2D.Double();
    double[] before = null;
    for (double[] at : points) {
      if (!Double.isFinite(at[0] + at[1])) {
        before = null;
        continue;
      }
      if (before == null) {
        path.moveTo(at[0], at[1]);
      } else {
        lineTo(path, before, at, shape);
      }
      before = at;
    }
    return path;
  }

  /** Straight, or in steps. */
  private static void lineTo(Path2D path, double[] from, double[] to, String shape) {
    double middleX = (from[0] + to[0]) / 2;
    double middleY = (from[1] + to[1]) / 2;
    switch (shape) {
      case "hv" -> path.lineTo(to[0], from[1]);
      case "vh" -> path.lineTo(from[0], to[1]);
      case "hvh" -> {
        path.lineTo(middleX, from[1]);
        path.lineTo(middleX, to[1]);
      }
      case "vhv" -> {
        path.lineTo(from[0], middleY);
        path.lineTo(to[0], middleY);
      }
      default -> {}
    }
    path.lineTo(to[0], to[1]);
  }

  /** Down to zero, or to the trace before; around the points themselves for "toself". */
  private Path2D area(int index, List<double[]> points, String shape, String fill, Place place) {
    List<double[]> known = points.stream().filter(at -> Double.isFinite(at[0] + at[1])).toList();
    Path2D path = path(known, shape);
    if (known.isEmpty()) {
      return path;
    }
    List<double[]> below = new ArrayList<>();
    if (fill.startsWith("tonext") && index > 0) {
      for (double[] at : points(traces.get(index - 1), place)) {
        if (Double.isFinite(at[0] + at[1])) {
          below.add(0, at);
        }
      }
    }
    if (below.isEmpty() && !fill.equals("toself")) {
      double zero = place.y(0.0);
      below.add(new double[] {known.get(known.size() - 1)[0], zero});
      below.add(new double[] {known.get(0)[0], zero});
    }
    below.forEach(at -> path.lineTo(at[0], at[1]));
    path.closePath();
    return path;
  }

  private void errorBar(double x, double value, double spread, Place place) {
    double low = place.y(value - spread);
    double high = place.y(value + spread);
    g.setStroke(new BasicStroke(1.5f));
    g.draw(new Line2D.Double(x, low, x, high));
    g.draw(new Line2D.Double(x - 5, low, x + 5, low));
    g.draw(new Line2D.Double(x - 5, high, x + 5, high));
  }

  /** A point's own colour: by a number, by name, or the trace's. */
  private Color color(Map<String, Object> trace, int point, Color otherwise) {
    List<?> own = list(map(trace.get("marker")).get("color"));
    if (point >= own.size()) {
      return otherwise;
    }
    Color color =
        own.get(point) instanceof Number value
            ? PngColors.viridis(range(PlainFigure.numbers(own)).share(value.doubleValue()))
            : PngColors.of(own.get(point)).orElse(otherwise);
    return PngColors.withOpacity(color, otherwise.getAlpha() / 255.0);
  }

  private void marker(Map<String, Object> trace, int point, double x, double y) {
    Map<?, ?> marker = map(trace.get("marker"));
    List<?> sizes = list(marker.get("size"));
    double size =
        point < sizes.size() ? number(sizes.get(point), 7) : number(marker.get("size"), 7);
    String symbol = String.valueOf(marker.get("symbol"));
    Shape shape = shape(symbol.replace("-open", ""), x, y, size / 2);
    if (symbol.endsWith("-open")) {
      g.setStroke(new BasicStroke(1.5f));
      g.draw(shape);
    } else {
      g.fill(shape);
    }
  }

  private void word(Map<String, Object> trace, int point, double x, double y) {
    List<?> texts = list(trace.get("text"));
    if (point < texts.size() && texts.get(point) != null) {
      String text = PngFigure.text(texts.get(point));
      double up = markers(trace) ? 8 : -4;
      g.setColor(PngFigure.INK);
      g.drawString(
          text, (float) (x - g.getFontMetrics().stringWidth(text) / 2.0), (float) (y - up));
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

  private void bars(int index, Place place) {
    boolean sideways = "h".equals(traces.get(index).get("orientation"));
    List<PlainFigure.Bar> bars = figure.bars().getOrDefault(index, List.of());
    for (int i = 0; i < bars.size(); i++) {
      PlainFigure.Bar bar = bars.get(i);
      Shift from = new Shift(bar.position(), bar.from());
      Shift to = new Shift(bar.position(), bar.from() + bar.width());
      g.setColor(color(traces.get(index), i, color(index)));
      g.fill(
          sideways
              ? box(place.x(bar.base()), place.y(from), place.x(bar.top()), place.y(to))
              : box(place.x(from), place.y(bar.base()), place.x(to), place.y(bar.top())));
    }
  }

  static Rectangle2D box(double x1, double y1, double x2, double y2) {
    return new Rectangle2D.Double(
        Math.min(x1, x2), Math.min(y1, y2), Math.abs(x2 - x1), Math.abs(y2 - y1));
  }

  private void heatmap(Map<String, Object> trace, Place place) {
    List<?> rows = list(trace.get("z"));
    List<?> xs = list(trace.get("x"));
    List<?> ys = list(trace.get("y"));
    double halfX = number(trace.get("dx"), 1) / 2;
    double halfY = number(trace.get("dy"), 1) / 2;
    AxisScale range = range(cells(trace));
    for (int i = 0; i < rows.size(); i++) {
      List<?> row = list(rows.get(i));
      for (int j = 0; j < row.size(); j++) {
        if (row.get(j) instanceof Number number) {
          Rectangle2D cell =
              box(
                  place.x(new Shift(xs.get(j), -halfX)),
                  place.y(new Shift(ys.get(i), -halfY)),
                  place.x(new Shift(xs.get(j), halfX)),
                  place.y(new Shift(ys.get(i), halfY)));
          g.setColor(PngColors.ink(range.share(number.doubleValue())));
          // Half a pixel more, so that no seam shows between neighbours.
          cell.setRect(
              cell.getX(), cell.getY() - 0.5, cell.getWidth() + 0.5, cell.getHeight() + 0.5);
          g.fill(cell);
        }
      }
    }
  }

  /** Bands between round heights, each point of the picture by its four neighbours. */
  private void contour(Map<String, Object> trace, Place place) {
    double[] xs = PlainFigure.numbers(trace.get("x")).stream().mapToDouble(v -> v).toArray();
    double[] ys = PlainFigure.numbers(trace.get("y")).stream().mapToDouble(v -> v).toArray();
    List<?> rows = list(trace.get("z"));
    AxisScale range = range(cells(trace));
    double band = AxisScale.niceStep((range.high() - range.low()) / 10);
    for (int i = 0; i + 1 < ys.length; i++) {
      List<?> low = list(rows.get(i));
      List<?> high = list(rows.get(i + 1));
      for (int j = 0; j + 1 < xs.length; j++) {
        Rectangle2D cell =
            box(place.x(xs[j]), place.y(ys[i]), place.x(xs[j + 1]), place.y(ys[i + 1]));
        int across = (int) Math.ceil(cell.getWidth() * 2);
        int down = (int) Math.ceil(cell.getHeight() * 2);
        for (int u = 0; u < across; u++) {
          for (int v = 0; v < down; v++) {
            double a = (u + 0.5) / across;
            double b = (v + 0.5) / down;
            double height =
                (1 - b) * ((1 - a) * number(low.get(j), 0) + a * number(low.get(j + 1), 0))
                    + b * ((1 - a) * number(high.get(j), 0) + a * number(high.get(j + 1), 0));
            double middle = (Math.floor(height / band) + 0.5) * band;
            g.setColor(PngColors.ink(range.share(middle)));
            g.fill(
                new Rectangle2D.Double(
                    cell.getX() + u * 0.5, cell.getMaxY() - (v + 1) * 0.5, 0.75, 0.75));
          }
        }
      }
    }
  }

  private static List<Double> cells(Map<String, Object> trace) {
    List<Double> cells = new ArrayList<>();
    list(trace.get("z")).forEach(row -> cells.addAll(PlainFigure.numbers(row)));
    return cells;
  }

  private static AxisScale range(List<Double> values) {
    double low = values.stream().mapToDouble(v -> v).min().orElse(0);
    double high = values.stream().mapToDouble(v -> v).max().orElse(low + 1);
    return AxisScale.linear(low, high > low ? high : low + 1);
  }

  /** The values that colours stand for; empty if none do, or nothing tells them. */
  Optional<AxisScale> colors() {
    for (Map<String, Object> trace : traces) {
      if (List.of("heatmap", "contour").contains(PlainFigure.kind(trace))) {
        return Optional.of(range(cells(trace)));
      }
      Map<?, ?> marker = map(trace.get("marker"));
      if (Boolean.TRUE.equals(marker.get("showscale"))) {
        return Optional.of(range(PlainFigure.numbers(marker.get("color"))));
      }
    }
    return Optional.empty();
  }

  /** The trace's mark, for the legend. */
  void sample(int index, double x, double y) {
    Map<String, Object> trace = traces.get(index);
    g.setColor(color(index));
    if (!PlainFigure.kind(trace).startsWith("scatter")) {
      g.fill(new Rectangle2D.Double(x + 6, y - 5, 14, 10));
      return;
    }
    if (lines(trace)) {
      g.setStroke(stroke(trace));
      g.draw(new Line2D.Double(x, y, x + 26, y));
    }
    if (markers(trace)) {
      // Bubbles differ in size: their sample is of the usual one.
      marker(
          map(trace.get("marker")).get("size") instanceof List<?> ? Map.of() : trace, 0, x + 13, y);
    }
  }
}
