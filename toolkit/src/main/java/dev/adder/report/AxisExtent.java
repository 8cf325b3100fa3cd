package dev.adder.report;

import static dev.adder.report.PlainFigure.kind;

import dev.adder.report.AxisScale.Kind;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What an axis must hold: categories, or numbers from the smallest to the largest. */
final class AxisExtent {
  private final Kind kind;
  private final boolean heat;
  private final boolean fromZero;
  private final List<Double> range;
  private final Set<String> categories = new LinkedHashSet<>();
  private double low = Double.POSITIVE_INFINITY;
  private double high = Double.NEGATIVE_INFINITY;
  private boolean standsOnZero;

  /** Of the axis's length, what is left free on either side. */
  private double margin = 0.05;

  /**
   * @param settings of the axis, as in Plotly's layout
   * @param heat whether cells of a heat map stand on it, one category each
   */
  AxisExtent(Map<?, ?> settings, boolean heat) {
    this.heat = heat;
    kind =
        switch (String.valueOf(settings.get("type"))) {
          case "log" -> Kind.LOG;
          case "date" -> Kind.DATES;
          case "category" -> Kind.CATEGORIES;
          default -> Kind.LINEAR;
        };
    fromZero = "tozero".equals(settings.get("rangemode"));
    range = PlainFigure.numbers(settings.get("range"));
  }

  void addBars(Map<String, Object> trace, String key, List<PlainFigure.Bar> bars) {
    boolean lengths = key.equals("h".equals(trace.get("orientation")) ? "x" : "y");
    for (PlainFigure.Bar bar : bars) {
      if (lengths) {
        add(bar.base());
        add(bar.top());
        standsOnZero = true;
      } else if (bar.position() instanceof Number middle) {
        add(middle.doubleValue() + bar.from());
        add(middle.doubleValue() - bar.from());
      } else {
        categories.add(PngFigure.text(bar.position()));
      }
    }
  }

  void addGroups(Map<String, Object> trace, String key) {
    PngSpread.groups(trace)
        .forEach(
            (group, sorted) -> {
              if (key.equals("x")) {
                categories.add(group);
              } else {
                double tail = kind(trace).equals("violin") ? PngSpread.tail(sorted) : 0;
                add(sorted[0] - tail);
                add(sorted[sorted.length - 1] + tail);
              }
            });
  }

  void addValues(Map<String, Object> trace, String key) {
    List<?> values = PlainFigure.list(trace.get(key));
    boolean cells = kind(trace).equals("heatmap");
    double half = PlainFigure.number(trace.get("d" + key), 0) / 2;
    for (int i = 0; i < values.size(); i++) {
      if (values.get(i) instanceof Number number && !heat && kind != Kind.CATEGORIES) {
        double spread = key.equals("y") ? PngMarks.spread(trace, i) : 0;
        add(number.doubleValue() - spread - half);
        add(number.doubleValue() + spread + half);
      } else if (values.get(i) != null && (cells || !heat)) {
        categories.add(PngFigure.text(values.get(i)));
      }
    }
    List<Double> sizes = PlainFigure.numbers(PlainFigure.map(trace.get("marker")).get("size"));
    margin = sizes.stream().mapToDouble(size -> size / 500).reduce(margin, Math::max);
    boolean area = String.valueOf(trace.get("fill")).matches("to(zero|next)y");
    standsOnZero |= area && key.equals("y");
  }

  private void add(double value) {
    double v = kind == Kind.LOG ? Math.log10(value) : value;
    if (Double.isFinite(v)) {
      low = Math.min(low, v);
      high = Math.max(high, v);
    }
  }

  AxisScale scale() {
    if (!categories.isEmpty()) {
      return AxisScale.of(List.copyOf(categories));
    }
    if (range.size() == 2 && (kind == Kind.LINEAR || kind == Kind.LOG)) {
      return new AxisScale(range.get(0), range.get(1), kind, List.of());
    }
    if (low > high) {
      return AxisScale.linear(0, 1);
    }
    boolean zero = (standsOnZero || fromZero) && kind == Kind.LINEAR;
    double from = zero ? Math.min(low, 0) : low;
    double to = zero ? Math.max(high, 0) : high;
    double free = to == from ? 0.5 * Math.max(1e-9, Math.abs(to)) : margin * (to - from);
    return new AxisScale(
        from - (zero && from == 0 ? 0 : free),
        to + (zero && to == 0 ? 0 : free),
        // Lengths of bars are numbers, whatever is said of their axis.
        kind == Kind.CATEGORIES ? Kind.LINEAR : kind,
        List.of());
  }
}
