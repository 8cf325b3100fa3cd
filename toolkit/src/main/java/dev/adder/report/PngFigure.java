package dev.adder.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import tech.tablesaw.plotly.components.Figure;

/**
 * A figure as a PNG, for where no script runs: lines, points with error bars, bars and heat maps of
 * Plotly's JSON, on a light ground, at twice the resolution.
 */
public final class PngFigure {

  static final Color INK = new Color(0x2A3542);
  private static final Color SOFT = new Color(0x5B6B7B);
  private static final Color GRID = new Color(0xE4E9EE);
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final int SCALE = 2;
  private static final int BOTTOM = 58;
  private static final Set<String> DRAWN = Set.of("scatter", "scattergl", "bar", "heatmap");

  private final List<Map<String, Object>> traces;
  private final Map<String, Object> layout;
  private final Graphics2D g;
  private final AxisScale x;
  private final AxisScale y;
  private final List<String> titleLines;
  private final double left;
  private final double top;
  private final double right;
  private final double bottom;

  @SuppressWarnings("unchecked")
  private PngFigure(Map<String, Object> json, Graphics2D graphics, int width, int height) {
    traces = (List<Map<String, Object>>) json.get("data");
    layout = (Map<String, Object>) json.get("layout");
    g = graphics;
    g.setFont(FONT);
    FontMetrics metrics = g.getFontMetrics();
    boolean heat = traces.stream().anyMatch(t -> "heatmap".equals(t.get("type")));
    x = scale("x", "xaxis", heat);
    y = scale("y", "yaxis", heat);
    int labels = y.ticks().stream().mapToInt(t -> metrics.stringWidth(y.label(t))).max().orElse(0);
    left = Math.min(width / 2.0, 44 + labels);
    right = width - (heat ? 78 : legend().isEmpty() ? 24 : legendWidth(metrics) + 24);
    titleLines = wrap(title(layout), width - 2 * 20);
    top = 26 + 20.0 * titleLines.size();
    bottom = height - BOTTOM;
  }

  /** Draws a Tablesaw figure. */
  public static byte[] of(Figure figure) {
    return of(PlotlyJson.of(figure));
  }

  /** Whether every trace is of a kind that is drawn here. */
  public static boolean draws(Map<String, Object> json) {
    return json.get("data") instanceof List<?> traces
        && traces.stream()
            .allMatch(t -> t instanceof Map<?, ?> trace && DRAWN.contains(kind(trace)));
  }

  private static String kind(Map<?, ?> trace) {
    return trace.get("type") instanceof String type ? type : "scatter";
  }

  /**
   * Draws a figure.
   *
   * @param json as {@link PlotlyJson} gives it
   * @return the bytes of a PNG
   * @throws IllegalArgumentException if a trace is of another kind than lines, points, bars and
   *     heat maps
   */
  public static byte[] of(Map<String, Object> json) {
    if (!draws(json)) {
      throw new IllegalArgumentException(
          "A picture can be drawn of lines, points, bars and heat maps; this figure has other"
              + " traces. Show it interactively.");
    }
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
    graphics.setRenderingHint(
        RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
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
    if (!heat) {
      grid();
    }
    PngMarks marks = new PngMarks(g, this::atX, this::atY, traces);
    g.setClip(new Rectangle2D.Double(left, top - 4, right - left + 4, bottom - top + 8));
    for (int i = 0; i < traces.size(); i++) {
      marks.draw(i);
    }
    g.setClip(null);
    axes();
    if (heat) {
      colorBar(marks);
    } else {
      drawLegend(marks);
    }
  }

  private double atX(Object value) {
    return left + place(x, value) * (right - left);
  }

  private double atY(Object value) {
    return bottom - place(y, value) * (bottom - top);
  }

  private static double place(AxisScale scale, Object value) {
    if (value instanceof PngMarks.Shift shift) {
      return place(scale, shift.value()) + scale.share(shift.by()) - scale.share(0);
    }
    if (!scale.categories().isEmpty()) {
      int index = scale.categories().indexOf(text(value));
      return index < 0 ? Double.NaN : scale.share(index);
    }
    return value instanceof Number number ? scale.share(number.doubleValue()) : Double.NaN;
  }

  private AxisScale scale(String key, String axis, boolean heat) {
    Map<?, ?> settings = layout.get(axis) instanceof Map<?, ?> map ? map : Map.of();
    boolean log = "log".equals(settings.get("type"));
    Set<String> categories = new LinkedHashSet<>();
    Extent extent = new Extent(log);
    boolean bars = false;
    for (Map<String, Object> trace : traces) {
      boolean sideways = "h".equals(trace.get("orientation"));
      boolean bar = "bar".equals(trace.get("type"));
      boolean lengths = bar && key.equals(sideways ? "x" : "y");
      bars |= lengths;
      List<?> values = PngMarks.list(trace.get(key));
      boolean cells = heat && "heatmap".equals(trace.get("type"));
      for (int i = 0; i < values.size(); i++) {
        if (values.get(i) instanceof Number number && !heat && bar == lengths) {
          double spread = key.equals("y") ? PngMarks.spread(trace, i) : 0;
          extent.add(number.doubleValue() - spread);
          extent.add(number.doubleValue() + spread);
        } else if (values.get(i) != null && (cells || !heat)) {
          categories.add(text(values.get(i)));
        }
      }
    }
    return categories.isEmpty() ? extent.scale(bars) : AxisScale.of(List.copyOf(categories));
  }

  /** Smallest and largest of the values that an axis must hold. */
  private static final class Extent {
    private final boolean log;
    private double low = Double.POSITIVE_INFINITY;
    private double high = Double.NEGATIVE_INFINITY;

    Extent(boolean log) {
      this.log = log;
    }

    void add(double value) {
      double v = log ? Math.log10(value) : value;
      if (Double.isFinite(v)) {
        low = Math.min(low, v);
        high = Math.max(high, v);
      }
    }

    AxisScale scale(boolean bars) {
      if (low > high) {
        return AxisScale.linear(0, 1);
      }
      double from = bars && !log ? Math.min(low, 0) : low;
      double to = bars && !log ? Math.max(high, 0) : high;
      double margin = to == from ? 0.5 * Math.max(1e-9, Math.abs(to)) : 0.05 * (to - from);
      return new AxisScale(
          from - (bars && from == 0 ? 0 : margin),
          to + (bars && to == 0 ? 0 : margin),
          log,
          List.of());
    }
  }

  static String text(Object value) {
    return value instanceof Number n && n.doubleValue() == Math.rint(n.doubleValue())
        ? String.valueOf(n.longValue())
        : PlotlyJson.plain(String.valueOf(value));
  }

  private void grid() {
    if (x.categories().isEmpty()) {
      for (double tick : x.ticks()) {
        line(GRID, atX(tick), top, atX(tick), bottom);
      }
    }
    if (y.categories().isEmpty()) {
      for (double tick : y.ticks()) {
        line(GRID, left, atY(tick), right, atY(tick));
      }
    }
  }

  private void axes() {
    g.setFont(FONT);
    FontMetrics metrics = g.getFontMetrics();
    line(SOFT, left, bottom, right, bottom);
    line(SOFT, left, top, left, bottom);
    double free = Double.NEGATIVE_INFINITY;
    for (double tick : x.ticks()) {
      double at = left + x.share(tick) * (right - left);
      double half = metrics.stringWidth(x.label(tick)) / 2.0;
      line(SOFT, at, bottom, at, bottom + 4);
      if (at - half > free) {
        text(x.label(tick), at - half, bottom + 18, SOFT);
        free = at + half + 6;
      }
    }
    for (double tick : y.ticks()) {
      double at = bottom - y.share(tick) * (bottom - top);
      line(SOFT, left - 4, at, left, at);
      text(y.label(tick), left - 8 - metrics.stringWidth(y.label(tick)), at + 4, SOFT);
    }
    String xTitle = title(layout.get("xaxis"));
    text(xTitle, (left + right - metrics.stringWidth(xTitle)) / 2, bottom + 42, INK);
    String yTitle = title(layout.get("yaxis"));
    AffineTransform upright = g.getTransform();
    g.translate(18, (top + bottom + metrics.stringWidth(yTitle)) / 2);
    g.rotate(-Math.PI / 2);
    text(yTitle, 0, 0, INK);
    g.setTransform(upright);
    g.setFont(FONT.deriveFont(Font.BOLD, 14f));
    for (int i = 0; i < titleLines.size(); i++) {
      text(titleLines.get(i), 20, 26 + 20 * i, INK);
    }
    g.setFont(FONT);
  }

  private List<String> wrap(String text, double width) {
    FontMetrics metrics = g.getFontMetrics(FONT.deriveFont(Font.BOLD, 14f));
    List<String> lines = new ArrayList<>();
    String line = "";
    for (String word : text.split(" ", -1)) {
      String longer = line.isEmpty() ? word : line + " " + word;
      if (!line.isEmpty() && metrics.stringWidth(longer) > width) {
        lines.add(line);
        line = word;
      } else {
        line = longer;
      }
    }
    lines.add(line);
    return lines;
  }

  private static String title(Object holder) {
    Object title = holder instanceof Map<?, ?> map ? map.get("title") : null;
    return title instanceof Map<?, ?> map ? PlotlyJson.plain(String.valueOf(map.get("text"))) : "";
  }

  private void line(Color color, double x1, double y1, double x2, double y2) {
    g.setColor(color);
    g.setStroke(new BasicStroke(1));
    g.draw(new Line2D.Double(x1, y1, x2, y2));
  }

  private void text(String text, double atX, double atY, Color color) {
    g.setColor(color);
    g.drawString(text, (float) atX, (float) atY);
  }

  /** Indices of the traces that the legend names. */
  private List<Integer> legend() {
    List<Integer> named = new ArrayList<>();
    for (int i = 0; i < traces.size(); i++) {
      boolean hidden = Boolean.FALSE.equals(traces.get(i).get("showlegend"));
      if (!hidden && !name(i).isEmpty()) {
        named.add(i);
      }
    }
    return traces.size() > 1 && !Boolean.FALSE.equals(layout.get("showlegend")) ? named : List.of();
  }

  private String name(int trace) {
    Object name = traces.get(trace).get("name");
    String text = name == null ? "" : text(name);
    return text.length() > 34 ? text.substring(0, 33) + "…" : text;
  }

  private double legendWidth(FontMetrics metrics) {
    return 50 + legend().stream().mapToInt(i -> metrics.stringWidth(name(i))).max().orElse(0);
  }

  private void drawLegend(PngMarks marks) {
    double at = top + 8;
    for (int i : legend()) {
      marks.sample(i, right + 18, at - 4);
      text(name(i), right + 50, at, INK);
      at += 20;
    }
  }

  private void colorBar(PngMarks marks) {
    double at = right + 14;
    int steps = 200;
    double height = (bottom - top) / steps;
    for (int i = 0; i < steps; i++) {
      g.setColor(PngMarks.ink((i + 0.5) / steps));
      g.fill(new Rectangle2D.Double(at, bottom - (i + 1) * height, 12, height + 0.5));
    }
    AxisScale scale = AxisScale.linear(marks.lowestCell(), marks.highestCell());
    for (double tick : scale.ticks()) {
      double y = bottom - scale.share(tick) * (bottom - top);
      line(SOFT, at + 12, y, at + 15, y);
      text(scale.label(tick), at + 18, y + 4, SOFT);
    }
  }
}
