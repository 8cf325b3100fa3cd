package dev.adder.report;

import static dev.adder.report.PlainFigure.list;
import static dev.adder.report.PlainFigure.map;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Draws how values spread, one group beside the other: boxes from the first to the third quartile
 * with the median, whiskers to the last value within 1.5 times their distance, and what lies
 * beyond; or violins, whose width is the density.
 */
final class PngSpread {

  private static final double BOX = 0.25;
  private static final double VIOLIN = 0.4;
  private static final int POINTS = 100;

  private final Graphics2D g;
  private final Map<String, Object> trace;
  private final Color color;
  private final PngMarks.Place place;

  PngSpread(Graphics2D graphics, Map<String, Object> trace, Color color, PngMarks.Place place) {
    g = graphics;
    this.trace = trace;
    this.color = color;
    this.place = place;
  }

  void draw() {
    boolean violin = PlainFigure.kind(trace).equals("violin");
    groups(trace)
        .forEach(
            (group, values) -> {
              if (violin) {
                violin(group, values);
              } else {
                box(group, values, BOX, true);
              }
            });
  }

  /** Sorted values by the name of their group. */
  static Map<String, double[]> groups(Map<String, Object> trace) {
    List<?> names = list(trace.get("x"));
    List<?> values = list(trace.get("y"));
    Map<String, List<Double>> groups = new LinkedHashMap<>();
    for (int i = 0; i < values.size(); i++) {
      if (values.get(i) instanceof Number value) {
        Object name = i < names.size() ? names.get(i) : trace.get("name");
        groups
            .computeIfAbsent(PngFigure.text(String.valueOf(name)), n -> new ArrayList<>())
            .add(value.doubleValue());
      }
    }
    Map<String, double[]> sorted = new LinkedHashMap<>();
    groups.forEach(
        (name, list) -> sorted.put(name, list.stream().mapToDouble(v -> v).sorted().toArray()));
    return sorted;
  }

  /**
   * A quantile of sorted values, between the two that it falls between: the value at n·share + 0.5,
   * counted from one, as Plotly takes it.
   */
  static double quantile(double[] sorted, double share) {
    double at = Math.max(0, Math.min(sorted.length - 1, sorted.length * share - 0.5));
    int below = (int) Math.floor(at);
    int above = Math.min(sorted.length - 1, below + 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  private void box(String group, double[] sorted, double half, boolean whiskers) {
    double first = quantile(sorted, 0.25);
    double third = quantile(sorted, 0.75);
    double reach = 1.5 * (third - first);
    double low = Arrays.stream(sorted).filter(v -> v >= first - reach).min().orElse(first);
    double high = Arrays.stream(sorted).filter(v -> v <= third + reach).max().orElse(third);
    double middle = place.x(group);
    double left = place.x(new PngMarks.Shift(group, -half));
    double right = place.x(new PngMarks.Shift(group, half));
    Rectangle2D box = PngMarks.box(left, place.y(first), right, place.y(third));
    g.setColor(PngColors.withOpacity(color, 0.45));
    g.fill(box);
    g.setColor(color);
    g.setStroke(new BasicStroke(2));
    g.draw(box);
    level(left, right, quantile(sorted, 0.5));
    if (whiskers) {
      g.draw(new Line2D.Double(middle, place.y(first), middle, place.y(low)));
      g.draw(new Line2D.Double(middle, place.y(third), middle, place.y(high)));
      double end = (right - left) / 4;
      level(middle - end, middle + end, low);
      level(middle - end, middle + end, high);
      for (double value : sorted) {
        if (value < low || value > high) {
          g.fill(new Ellipse2D.Double(middle - 3, place.y(value) - 3, 6, 6));
        }
      }
    }
  }

  private void level(double from, double to, double value) {
    g.draw(new Line2D.Double(from, place.y(value), to, place.y(value)));
  }

  /** Silverman's width of a normal kernel. */
  private static double kernel(double[] sorted) {
    double mean = Arrays.stream(sorted).average().orElse(0);
    double deviation =
        Math.sqrt(Arrays.stream(sorted).map(v -> (v - mean) * (v - mean)).average().orElse(0));
    double spread = Math.min(deviation, (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.34);
    return Math.max(1e-9, 1.06 * spread * Math.pow(sorted.length, -0.2));
  }

  /** How far a violin reaches beyond its outermost values. */
  static double tail(double[] sorted) {
    return 2 * kernel(sorted);
  }

  private void violin(String group, double[] sorted) {
    double mean = Arrays.stream(sorted).average().orElse(0);
    double width = kernel(sorted);
    double low = sorted[0] - tail(sorted);
    double high = sorted[sorted.length - 1] + tail(sorted);
    double[] density = new double[POINTS + 1];
    for (int i = 0; i <= POINTS; i++) {
      double at = low + (high - low) * i / POINTS;
      density[i] =
          Arrays.stream(sorted).map(v -> Math.exp(-0.5 * Math.pow((at - v) / width, 2))).sum();
    }
    double most = Arrays.stream(density).max().orElse(1);
    Path2D path = new Path2D.Double();
    for (int i = -POINTS; i <= POINTS; i++) {
      int point = Math.abs(i);
      double side = (i < 0 ? -1 : 1) * VIOLIN * density[point] / most;
      double x = place.x(new PngMarks.Shift(group, side));
      double y = place.y(low + (high - low) * point / POINTS);
      if (i == -POINTS) {
        path.moveTo(x, y);
      } else {
        path.lineTo(x, y);
      }
    }
    path.closePath();
    g.setColor(PngColors.withOpacity(color, 0.45));
    g.fill(path);
    g.setColor(color);
    g.setStroke(new BasicStroke(2));
    g.draw(path);
    if (Boolean.TRUE.equals(map(trace.get("box")).get("visible"))) {
      box(group, sorted, BOX / 2, false);
    }
    if (Boolean.TRUE.equals(map(trace.get("meanline")).get("visible"))) {
      g.setStroke(
          new BasicStroke(
              1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {4, 3}, 0));
      level(
          place.x(new PngMarks.Shift(group, -BOX / 2)),
          place.x(new PngMarks.Shift(group, BOX / 2)),
          mean);
    }
  }
}
