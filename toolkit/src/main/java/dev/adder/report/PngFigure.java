package dev.adder.report;

import static dev.adder.report.PlainFigure.kind;

import dev.adder.report.AxisScale.Kind;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleConsumer;
import javax.imageio.ImageIO;
import tech.tablesaw.plotly.components.Figure;

/**
 * A figure as a PNG, for where no script runs: lines, points with error bars, areas, bars,
 * histograms, boxes, violins, pies, heat maps and contours of Plotly's JSON, on a light ground, at
 * twice the resolution.
 *
 * <p>Own code rather than a chart library: the figure is Plotly's already, and a library has its
 * own data sets, axes and rules for each kind, so that handing over takes as much as drawing and
 * the picture would still differ from the live figure.
 */
public final class PngFigure {

  static final Color INK = new Color(0x2A3542);
  private static final Color SOFT = new Color(0x5B6B7B);
  private static final Color GRID = new Color(0xE4E9EE);
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final int SCALE = 2;
  private static final int BOTTOM = 58;
  private static final int COLOR_BAR = 78;

  private final PlainFigure figure;
  private final List<Map<String, Object>> traces;
  private final Map<String, Object> layout;
  private final Graphics2D g;
  private final PngMarks marks;
  private final AxisScale x;
  private final AxisScale y;

  /** The axis on the right; the same as on the left if there is none. */
  private final AxisScale second;

  private final boolean secondAxis;
  private final boolean heat;
  private final boolean pie;
  private final List<String> titleLines;
  private final double left;
  private final double top;
  private final double right;
  private final double bottom;

  private PngFigure(Map<String, Object> json, Graphics2D graphics, int width, int height) {
    figure = PlainFigure.of(json);
    traces = figure.traces();
    layout = figure.layout();
    g = graphics;
    g.setFont(FONT);
    marks = new PngMarks(g, figure);
    FontMetrics metrics = g.getFontMetrics();
    // Cells of counted values stand on axes of numbers; all others on one category each.
    heat = traces.stream().anyMatch(t -> kind(t).equals("heatmap") && !t.containsKey("dx"));
    pie = traces.stream().anyMatch(t -> kind(t).equals("pie"));
    secondAxis = traces.stream().anyMatch(PngFigure::onSecond);
    x = scale("x", "xaxis", traces);
    y = scale("y", "yaxis", traces.stream().filter(t -> !onSecond(t)).toList());
    second =
        secondAxis ? scale("y", "yaxis2", traces.stream().filter(PngFigure::onSecond).toList()) : y;
    left = pie ? 20 : Math.min(width / 2.0, 44 + widest(metrics, y));
    double beside = secondAxis ? 44 + widest(metrics, second) : 0;
    beside += marks.colors().isPresent() ? COLOR_BAR : 0;
    beside += legend().isEmpty() ? 0 : legendWidth(metrics);
    right = width - Math.max(24, beside + (legend().isEmpty() ? 0 : 24));
    titleLines = wrap(title(layout), width - 2 * 20);
    top = 26 + 20.0 * titleLines.size();
    bottom = height - BOTTOM;
  }

  private static double widest(FontMetrics metrics, AxisScale scale) {
    return scale.ticks().stream()
        .mapToInt(tick -> metrics.stringWidth(scale.label(tick)))
        .max()
        .orElse(0);
  }

  private static boolean onSecond(Map<String, Object> trace) {
    return "y2".equals(trace.get("yaxis"));
  }

  /** Draws a Tablesaw figure. */
  public static byte[] of(Figure figure) {
    return of(PlotlyJson.of(figure));
  }

  /**
   * Why no picture is drawn of a figure, and where it is seen; empty if one is.
   *
   * @param json as {@link PlotlyJson} gives it
   */
  public static Optional<String> refusal(Map<String, Object> json) {
    return PlainFigure.notDrawn(json)
        .map(
            what ->
                "This figure has %s, of which no picture is drawn: it is shown live, in JupyterLab and on the page of ./adder run-notebook --html."
                    .formatted(what));
  }

  /**
   * Draws a figure.
   *
   * @param json as {@link PlotlyJson} gives it
   * @return the bytes of a PNG
   * @throws IllegalArgumentException with the {@link #refusal}, if there is one
   */
  public static byte[] of(Map<String, Object> json) {
    refusal(json)
        .ifPresent(
            sentence -> {
              throw new IllegalArgumentException(sentence);
            });
    Map<?, ?> layout = PlainFigure.map(json.get("layout"));
    int width = (int) PlainFigure.number(layout.get("width"), 760);
    int height = (int) PlainFigure.number(layout.get("height"), 440);
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
    if (pie) {
      drawPies();
      heading();
      drawLegend();
      return;
    }
    if (!heat) {
      grid();
    }
    g.setClip(new Rectangle2D.Double(left, top - 4, right - left + 4, bottom - top + 8));
    for (int i = 0; i < traces.size(); i++) {
      marks.draw(i, place(onSecond(traces.get(i)) ? second : y));
    }
    g.setClip(null);
    axes();
    heading();
    marks.colors().ifPresent(this::colorBar);
    drawLegend();
  }

  private void drawPies() {
    List<Map<String, Object>> pies = traces.stream().filter(t -> kind(t).equals("pie")).toList();
    double room = (right - left) / pies.size();
    double radius = 0.95 * Math.min(room, bottom + 30 - top) / 2;
    for (int i = 0; i < pies.size(); i++) {
      new PngPie(g, pies.get(i)).draw(left + (i + 0.5) * room, (top + bottom + 30) / 2, radius);
    }
  }

  private PngMarks.Place place(AxisScale vertical) {
    return new PngMarks.Place() {
      @Override
      public double x(Object value) {
        return left + at(x, value) * (right - left);
      }

      @Override
      public double y(Object value) {
        return bottom - at(vertical, value) * (bottom - top);
      }
    };
  }

  private static double at(AxisScale scale, Object value) {
    if (value instanceof PngMarks.Shift shift) {
      return at(scale, shift.value()) + scale.share(shift.by()) - scale.share(0);
    }
    if (scale.kind() == Kind.CATEGORIES) {
      int index = scale.categories().indexOf(text(value));
      return index < 0 ? Double.NaN : scale.share(index);
    }
    if (!(value instanceof Number number)) {
      return Double.NaN;
    }
    // What stands on zero has no foot on a log axis: it begins where the axis does.
    return scale.kind() == Kind.LOG && number.doubleValue() == 0
        ? 0
        : scale.share(number.doubleValue());
  }

  private AxisScale scale(String key, String axis, List<Map<String, Object>> shown) {
    Map<?, ?> settings = PlainFigure.map(layout.get(axis));
    AxisExtent extent = new AxisExtent(settings, heat);
    for (int i = 0; i < traces.size(); i++) {
      Map<String, Object> trace = traces.get(i);
      if (shown.contains(trace)) {
        switch (kind(trace)) {
          case "bar" -> extent.addBars(trace, key, figure.bars().getOrDefault(i, List.of()));
          case "box", "violin" -> extent.addGroups(trace, key);
          case "pie" -> {}
          default -> extent.addValues(trace, key);
        }
      }
    }
    AxisScale scale = extent.scale();
    return "reversed".equals(settings.get("autorange")) ? scale.reversed() : scale;
  }

  static String text(Object value) {
    return value instanceof Number n && n.doubleValue() == Math.rint(n.doubleValue())
        ? String.valueOf(n.longValue())
        : PlotlyJson.plain(String.valueOf(value));
  }

  private void grid() {
    if (x.kind() != Kind.CATEGORIES) {
      for (double tick : x.ticks()) {
        double at = left + x.share(tick) * (right - left);
        line(GRID, at, top, at, bottom);
      }
    }
    if (y.kind() != Kind.CATEGORIES) {
      for (double tick : y.ticks()) {
        double at = bottom - y.share(tick) * (bottom - top);
        line(GRID, left, at, right, at);
      }
    }
  }

  private void axes() {
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
    String name = title(layout.get("xaxis"));
    text(name, (left + right - metrics.stringWidth(name)) / 2, bottom + 42, INK);
    for (double tick : y.ticks()) {
      double at = bottom - y.share(tick) * (bottom - top);
      line(SOFT, left - 4, at, left, at);
      text(y.label(tick), left - 8 - metrics.stringWidth(y.label(tick)), at + 4, SOFT);
    }
    upright(title(layout.get("yaxis")), 18);
    if (secondAxis) {
      line(SOFT, right, top, right, bottom);
      for (double tick : second.ticks()) {
        double at = bottom - second.share(tick) * (bottom - top);
        line(SOFT, right, at, right + 4, at);
        text(second.label(tick), right + 8, at + 4, SOFT);
      }
      upright(title(layout.get("yaxis2")), right + 26 + widest(metrics, second));
    }
  }

  private void upright(String text, double x) {
    AffineTransform before = g.getTransform();
    g.translate(x, (top + bottom + g.getFontMetrics().stringWidth(text)) / 2);
    g.rotate(-Math.PI / 2);
    text(text, 0, 0, INK);
    g.setTransform(before);
  }

  private void heading() {
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

  /** A name beside a mark. */
  private record Entry(String name, DoubleConsumer mark) {}

  /** What the legend names: pieces of pies, or traces if there are several. */
  private List<Entry> legend() {
    List<Entry> entries = new ArrayList<>();
    if (Boolean.FALSE.equals(layout.get("showlegend"))) {
      return entries;
    }
    for (int i = 0; i < traces.size(); i++) {
      int trace = i;
      Object name = traces.get(i).get("name");
      boolean hidden = Boolean.FALSE.equals(traces.get(i).get("showlegend"));
      if (kind(traces.get(i)).equals("pie")) {
        PngPie.pieces(traces.get(i))
            .forEach(
                piece -> entries.add(new Entry(shortened(piece.label()), y -> sample(piece, y))));
      } else if (!hidden && name != null && !text(name).isEmpty()) {
        entries.add(new Entry(shortened(text(name)), y -> marks.sample(trace, legendX(), y)));
      }
    }
    boolean asked = Boolean.TRUE.equals(layout.get("showlegend"));
    return traces.size() > 1 || pie || asked ? entries : List.of();
  }

  private void sample(PngPie.Piece piece, double y) {
    g.setColor(piece.color());
    g.fill(new Rectangle2D.Double(legendX() + 6, y - 5, 14, 10));
  }

  private static String shortened(String text) {
    return text.length() > 34 ? text.substring(0, 33) + "…" : text;
  }

  private double legendWidth(FontMetrics metrics) {
    return 50 + legend().stream().mapToInt(e -> metrics.stringWidth(e.name())).max().orElse(0);
  }

  /** Beside axis and colour bar on the right. */
  private double legendX() {
    double axis = secondAxis ? 44 + widest(g.getFontMetrics(), second) : 0;
    return right + 18 + axis + (marks.colors().isPresent() ? COLOR_BAR : 0);
  }

  private void drawLegend() {
    double at = top + 8;
    for (Entry entry : legend()) {
      entry.mark().accept(at - 4);
      text(entry.name(), legendX() + 32, at, INK);
      at += 20;
    }
  }

  private void colorBar(AxisScale scale) {
    boolean points = traces.stream().noneMatch(t -> kind(t).matches("heatmap|contour"));
    double at = right + 14 + (secondAxis ? 44 + widest(g.getFontMetrics(), second) : 0);
    int steps = 200;
    double height = (bottom - top) / steps;
    for (int i = 0; i < steps; i++) {
      double share = (i + 0.5) / steps;
      g.setColor(points ? PngColors.viridis(share) : PngColors.ink(share));
      g.fill(new Rectangle2D.Double(at, bottom - (i + 1) * height, 12, height + 0.5));
    }
    for (double tick : scale.ticks()) {
      double y = bottom - scale.share(tick) * (bottom - top);
      line(SOFT, at + 12, y, at + 15, y);
      text(scale.label(tick), at + 18, y + 4, SOFT);
    }
  }
}
