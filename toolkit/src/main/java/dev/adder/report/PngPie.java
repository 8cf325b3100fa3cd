package dev.adder.report;

import static dev.adder.report.PlainFigure.list;
import static dev.adder.report.PlainFigure.number;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Arc2D;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Draws shares of a whole: clockwise from the top, the largest first, as Plotly does. */
final class PngPie {

  /** One piece; its colour is by its place among the given ones. */
  record Piece(String label, double value, Color color) {}

  /** Narrower pieces have their share beside the legend only. */
  private static final double NARROWEST = 0.04;

  private final Graphics2D g;
  private final List<Piece> pieces;

  PngPie(Graphics2D graphics, Map<String, Object> trace) {
    g = graphics;
    pieces = pieces(trace);
  }

  /** Values of the same label are one piece; what is not positive is none. */
  static List<Piece> pieces(Map<String, Object> trace) {
    List<?> labels = list(trace.get("labels"));
    List<?> values = list(trace.get("values"));
    Map<String, Double> sums = new LinkedHashMap<>();
    for (int i = 0; i < labels.size(); i++) {
      // Labels without values are counted.
      double value = values.isEmpty() ? 1 : i < values.size() ? number(values.get(i), 0) : 0;
      if (value > 0) {
        sums.merge(PngFigure.text(String.valueOf(labels.get(i))), value, Double::sum);
      }
    }
    List<Map.Entry<String, Double>> sorted = new ArrayList<>(sums.entrySet());
    sorted.sort(Comparator.comparing(entry -> -entry.getValue()));
    List<Piece> pieces = new ArrayList<>();
    for (Map.Entry<String, Double> entry : sorted) {
      Color color = PngColors.ofPalette(pieces.size());
      pieces.add(new Piece(entry.getKey(), entry.getValue(), color));
    }
    return pieces;
  }

  /**
   * @param x of the middle
   * @param y of the middle
   */
  void draw(double x, double y, double radius) {
    double sum = pieces.stream().mapToDouble(Piece::value).sum();
    double from = 90;
    for (Piece piece : pieces) {
      double share = piece.value() / sum;
      double extent = -360 * share;
      Arc2D arc =
          new Arc2D.Double(x - radius, y - radius, 2 * radius, 2 * radius, from, extent, Arc2D.PIE);
      g.setColor(piece.color());
      g.fill(arc);
      g.setColor(Color.WHITE);
      g.setStroke(new BasicStroke(1.5f));
      g.draw(arc);
      if (share >= NARROWEST) {
        double middle = Math.toRadians(from + extent / 2);
        percent(share, x + 0.65 * radius * Math.cos(middle), y - 0.65 * radius * Math.sin(middle));
      }
      from += extent;
    }
  }

  private void percent(double share, double x, double y) {
    String text = String.format(Locale.ROOT, "%.1f%%", 100 * share).replace(".0%", "%");
    FontMetrics metrics = g.getFontMetrics();
    g.setColor(Color.WHITE);
    g.drawString(text, (float) (x - metrics.stringWidth(text) / 2.0), (float) (y + 4));
  }
}
