package dev.adder.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * A figure as a PNG, for where no script runs: lines, points, bars and heat maps of Plotly's JSON,
 * on a light ground, at twice the resolution.
 */
public final class PngFigure {

  private static final int SCALE = 2;
  private static final int LEFT = 76;
  private static final int TOP = 48;
  private static final int BOTTOM = 62;
  private static final Color INK = new Color(0x2A3F5F);
  private static final Color GRID = new Color(0xE3E8EF);
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);

  private final List<Map<String, Object>> traces;
  private final Map<String, Object> layout;
  private final Graphics2D g;
  private final double right;
  private final double bottom;

  private Scale x = Scale.linear(0, 1);
  private Scale y = Scale.linear(0, 1);

  /** From value to share of the axis, and where the ticks stand. */
  private record Scale(double low, double high, boolean log, List<String> categories) {

    static Scale linear(double low, double high) {
      return new Scale(low, high, false, List.of());
    }

    double share(double value) {
      double v = log ? Math.log10(value) : value;
      return (v - low) / (high - low);
    }

    List<Double> ticks() {
      List<Double> ticks = new ArrayList<>();
      if (!categories.isEmpty()) {
        int every = Math.max(1, categories.size() / 12);
        for (int i = 0; i < categories.size(); i += every) {
          ticks.add((double) i);
        }
        return ticks;
      }
      double step = niceStep((high - low) / 6);
      if (log) {
        for (double e = Math.ceil(low - 1e-9);
            e <= high + 1e-9;
            e += Math.max(1, Math.rint(step))) {
          ticks.add(Math.pow(10, e));
        }
        return ticks;
      }
      for (double v = Math.ceil(low / step - 1e-9) * step; v <= high + 1e-9 * step; v += step) {
        ticks.add(Math.abs(v) < 1e-12 ? 0 : v);
      }
      return ticks;
    }

    String label(double tick) {
      if (!categories.isEmpty()) {
        return categories.get((int) tick);
      }
      return Math.abs(tick) >= 1e5 || (tick != 0 && Math.abs(tick) < 1e-3)
          ? String.format(Locale.ROOT, "%.0e", tick)
          : String.format(Locale.ROOT, "%.6f", tick).replaceAll("\\.?0+$", "");
    }

    private static double niceStep(double rough) {
      double power = Math.pow(10, Math.floor(Math.log10(Math.max(rough, 1e-300))));
      double share = rough / power;
      return power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
    }
  }

  @SuppressWarnings("unchecked")
  private PngFigure(Map<String, Object> json, Graphics2D graphics, int width, int height) {
    traces = (List<Map<String, Object>>) json.get("data");
    layout = (Map<String, Object>) json.get("layout");
    g = graphics;
    right = width - (legend() ? 190 : 70);
    bottom = height - BOTTOM;
  }

  /**
   * Draws a figure.
   *
   * @param json as {@link PlotlyJson} gives it
   * @return the bytes of a PNG
   */
  public static byte[] of(Map<String, Object> json) {
    Map<?, ?> layout = (Map<?, ?>) json.get("layout");
    int width = layout.get("width") instanceof Number w ? w.intValue() : 760;
    int height = layout.get("height") instanceof Number h ? h.intValue() : 440;
    BufferedImage image =
        new BufferedImage(width * SCALE, height * SCALE, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.scale(SCALE, SCALE);
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width, height);
    new PngFigure(json, graphics, width, height).draw();
    graphics.dispose();
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ImageIO.write(image, "png", bytes);
      return bytes.toByteArray();
    } catch (IOException impossible) {
      throw new UncheckedIOException("A figure could not be written as PNG.", impossible);
    }
  }

  private void draw() {
    boolean heat = traces.stream().anyMatch(t -> "heatmap".equals(t.get("type")));
    x = scale("x", "xaxis", heat);
    y = scale("y", "yaxis", heat);
    axes(heat);
    for (int i = 0; i < traces.size(); i++) {
      Map<String, Object> trace = traces.get(i);
      switch (String.valueOf(trace.get("type"))) {
        case "heatmap" -> heatmap(trace);
        case "bar" -> bars(trace, color(trace, i));
        default -> scatter(trace, color(trace, i));
      }
    }
    if (legend()) {
      drawLegend();
    }
  }

  private boolean legend() {
    boolean named =
        traces.stream().anyMatch(t -> !String.valueOf(t.getOrDefault("name", "")).isEmpty());
    return named && traces.size() > 1;
  }

  private Scale scale(String key, String axis, boolean heat) {
    Map<?, ?> settings = layout.get(axis) instanceof Map<?, ?> map ? map : Map.of();
    boolean log = "log".equals(settings.get("type"));
    List<String> categories = new ArrayList<>();
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    boolean bars = false;
    for (Map<String, Object> trace : traces) {
      bars |= "bar".equals(trace.get("type"));
      for (Object value : list(trace.get(key))) {
        if (value instanceof Number number && !heat) {
          double v = log ? Math.log10(number.doubleValue()) : number.doubleValue();
          if (Double.isFinite(v)) {
            low = Math.min(low, v);
            high = Math.max(high, v);
          }
        } else if (!categories.contains(text(value))) {
          categories.add(text(value));
        }
      }
    }
    if (!categories.isEmpty()) {
      return new Scale(-0.5, categories.size() - 0.5, false, categories);
    }
    if (low > high) {
      return Scale.linear(0, 1);
    }
    if (bars && key.equals("y")) {
      low = Math.min(low, 0);
    }
    double margin = high == low ? 0.5 * Math.max(1e-9, Math.abs(high)) : 0.05 * (high - low);
    return new Scale(low - (bars ? 0 : margin), high + margin, log, List.of());
  }

  private static String text(Object value) {
    return value instanceof Double d && d == Math.rint(d)
        ? String.valueOf(d.longValue())
        : String.valueOf(value);
  }

  private static List<?> list(Object value) {
    return value instanceof List<?> list ? list : List.of();
  }

  private double px(double share) {
    return LEFT + share * (right - LEFT);
  }

  private double py(double share) {
    return bottom - share * (bottom - TOP);
  }

  private void axes(boolean heat) {
    g.setFont(FONT);
    FontMetrics metrics = g.getFontMetrics();
    for (double tick : x.ticks()) {
      double at = px(x.share(tick));
      line(GRID, heat ? 0 : 1, at, TOP, at, bottom);
      text(x.label(tick), at - metrics.stringWidth(x.label(tick)) / 2.0, bottom + 17, INK);
    }
    for (double tick : y.ticks()) {
      double at = py(y.share(tick));
      line(GRID, heat ? 0 : 1, LEFT, at, right, at);
      text(y.label(tick), LEFT - 8 - metrics.stringWidth(y.label(tick)), at + 4, INK);
    }
    line(INK, 1, LEFT, bottom, right, bottom);
    line(INK, 1, LEFT, TOP, LEFT, bottom);
    String xTitle = title(layout.get("xaxis"));
    text(xTitle, (LEFT + right - metrics.stringWidth(xTitle)) / 2, bottom + 42, INK);
    String yTitle = title(layout.get("yaxis"));
    AffineTransform upright = g.getTransform();
    g.translate(18, (TOP + bottom + metrics.stringWidth(yTitle)) / 2);
    g.rotate(-Math.PI / 2);
    text(yTitle, 0, 0, INK);
    g.setTransform(upright);
    g.setFont(FONT.deriveFont(Font.BOLD, 15f));
    text(title(layout), LEFT, 28, INK);
    g.setFont(FONT);
  }

  private static String title(Object holder) {
    Object title = holder instanceof Map<?, ?> map ? map.get("title") : null;
    return title instanceof Map<?, ?> map ? String.valueOf(map.get("text")) : "";
  }

  private void line(Color color, double width, double x1, double y1, double x2, double y2) {
    if (width > 0) {
      g.setColor(color);
      g.setStroke(new BasicStroke((float) width));
      g.draw(new java.awt.geom.Line2D.Double(x1, y1, x2, y2));
    }
  }

  private void text(String text, double atX, double atY, Color color) {
    g.setColor(color);
    g.drawString(text, (float) atX, (float) atY);
  }

  private static Color color(Map<String, Object> trace, int index) {
    for (String holder : List.of("marker", "line")) {
      Object value = trace.get(holder) instanceof Map<?, ?> map ? map.get("color") : null;
      if (value instanceof String text && text.matches("#[0-9a-fA-F]{6}")) {
        return Color.decode(text);
      }
    }
    return Color.decode(PlotlyJson.PALETTE.get(index % PlotlyJson.PALETTE.size()));
  }

  private double place(Scale scale, Object value) {
    if (!scale.categories().isEmpty()) {
      return scale.share(scale.categories().indexOf(text(value)));
    }
    return value instanceof Number number ? scale.share(number.doubleValue()) : Double.NaN;
  }

  private static float opacity(Map<String, Object> trace) {
    return trace.get("opacity") instanceof Number number ? number.floatValue() : 1;
  }

  private void scatter(Map<String, Object> trace, Color plain) {
    Color color =
        new Color(
            plain.getRed(), plain.getGreen(), plain.getBlue(), Math.round(255 * opacity(trace)));
    List<?> xs = list(trace.get("x"));
    List<?> ys = list(trace.get("y"));
    String mode = String.valueOf(trace.getOrDefault("mode", "markers"));
    Path2D path = new Path2D.Double();
    double size =
        trace.get("marker") instanceof Map<?, ?> marker && marker.get("size") instanceof Number n
            ? n.doubleValue()
            : 7;
    for (int i = 0; i < Math.min(xs.size(), ys.size()); i++) {
      double atX = px(place(x, xs.get(i)));
      double atY = py(place(y, ys.get(i)));
      if (Double.isNaN(atX) || Double.isNaN(atY)) {
        continue;
      }
      if (path.getCurrentPoint() == null) {
        path.moveTo(atX, atY);
      } else {
        path.lineTo(atX, atY);
      }
      if (mode.contains("markers")) {
        g.setColor(color);
        g.fill(new Ellipse2D.Double(atX - size / 2, atY - size / 2, size, size));
      }
    }
    if (mode.contains("lines")) {
      g.setColor(color);
      g.setStroke(new BasicStroke(2, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
      g.draw(path);
    }
  }

  private void bars(Map<String, Object> trace, Color color) {
    List<?> xs = list(trace.get("x"));
    List<?> ys = list(trace.get("y"));
    double width = 0.7 * (right - LEFT) / Math.max(1, xs.size());
    double zero = py(Math.max(0, y.share(0)));
    g.setColor(color);
    for (int i = 0; i < Math.min(xs.size(), ys.size()); i++) {
      double atX = px(place(x, xs.get(i)));
      double atY = py(place(y, ys.get(i)));
      g.fill(
          new Rectangle2D.Double(
              atX - width / 2, Math.min(zero, atY), width, Math.abs(zero - atY)));
    }
  }

  private void heatmap(Map<String, Object> trace) {
    List<?> rows = list(trace.get("z"));
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (Object row : rows) {
      for (Object value : list(row)) {
        if (value instanceof Number number) {
          low = Math.min(low, number.doubleValue());
          high = Math.max(high, number.doubleValue());
        }
      }
    }
    double range = high > low ? high - low : 1;
    double cellHeight = (bottom - TOP) / Math.max(1, rows.size());
    for (int i = 0; i < rows.size(); i++) {
      List<?> row = list(rows.get(i));
      double cellWidth = (right - LEFT) / Math.max(1, row.size());
      for (int j = 0; j < row.size(); j++) {
        if (row.get(j) instanceof Number number) {
          g.setColor(heat((number.doubleValue() - low) / range));
          g.fill(
              new Rectangle2D.Double(
                  LEFT + j * cellWidth,
                  bottom - (i + 1) * cellHeight,
                  cellWidth + 0.5,
                  cellHeight + 0.5));
        }
      }
    }
    colorBar(low, high);
  }

  private void colorBar(double low, double high) {
    double at = right + 14;
    int steps = 100;
    for (int i = 0; i < steps; i++) {
      g.setColor(heat((i + 0.5) / steps));
      double height = (bottom - TOP) / steps;
      g.fill(new Rectangle2D.Double(at, bottom - (i + 1) * height, 12, height + 0.5));
    }
    Scale scale = Scale.linear(low, high);
    text(scale.label(low), at - 2, bottom + 14, INK);
    text(scale.label(high), at - 2, TOP - 5, INK);
  }

  /** White to blue to dark, like paper that takes ink. */
  private static Color heat(double share) {
    double s = Math.max(0, Math.min(1, share));
    double[][] stops = {{247, 251, 255}, {107, 174, 214}, {8, 48, 107}};
    int from = s < 0.5 ? 0 : 1;
    double part = (s - 0.5 * from) * 2;
    int[] rgb = new int[3];
    for (int i = 0; i < 3; i++) {
      rgb[i] = (int) Math.round(stops[from][i] + part * (stops[from + 1][i] - stops[from][i]));
    }
    return new Color(rgb[0], rgb[1], rgb[2]);
  }

  private void drawLegend() {
    double at = TOP + 8;
    for (int i = 0; i < traces.size(); i++) {
      String name = String.valueOf(traces.get(i).getOrDefault("name", ""));
      if (name.isEmpty() || Boolean.FALSE.equals(traces.get(i).get("showlegend"))) {
        continue;
      }
      g.setColor(color(traces.get(i), i));
      g.fill(new Rectangle2D.Double(right + 14, at - 8, 14, 8));
      text(name.length() > 24 ? name.substring(0, 23) + "…" : name, right + 34, at, INK);
      at += 18;
    }
  }
}
