package dev.adder.report;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A figure in the few kinds of traces that a picture is drawn of: histograms are bars, or cells of
 * a heat map; bars have their places and what they stand on; dates are seconds since 1970.
 *
 * @param traces as in Plotly's JSON
 * @param layout the same
 * @param bars of each trace of bars, by its index
 */
record PlainFigure(
    List<Map<String, Object>> traces, Map<String, Object> layout, Map<Integer, List<Bar>> bars) {

  /**
   * One bar.
   *
   * @param position a category, or a number
   * @param from where its side begins, from the position
   * @param width of that side; one unit is the distance of neighbouring categories
   * @param base what it stands on
   * @param top where it ends
   */
  record Bar(Object position, double from, double width, double base, double top) {}

  private static final Map<String, String> NOT_DRAWN =
      Map.of(
          "scatter3d", "points in three dimensions",
          "surface", "a surface in three dimensions",
          "candlestick", "candlesticks",
          "ohlc", "prices",
          "scattermapbox", "a map");

  private static final Set<String> DRAWN =
      Set.of(
          "scatter",
          "scattergl",
          "bar",
          "heatmap",
          "contour",
          "histogram",
          "histogram2d",
          "box",
          "violin",
          "pie");

  private static final Pattern DATE =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\d([T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?)?");

  /** Of the distance between categories, what bars take. */
  private static final double SHARE = 0.8;

  /** What of a figure no picture is drawn of, in words; empty if all is drawn. */
  static Optional<String> notDrawn(Map<String, Object> json) {
    for (Object entry : list(json.get("data"))) {
      Map<?, ?> trace = map(entry);
      String kind = trace.get("type") instanceof String type ? type : "scatter";
      if (!DRAWN.contains(kind)) {
        return Optional.of(NOT_DRAWN.getOrDefault(kind, "traces of the kind " + kind));
      }
      String axes = word(trace.get("xaxis"), "x") + word(trace.get("yaxis"), "y");
      if (!axes.equals("xy") && !axes.equals("xy2")) {
        return Optional.of("several plots side by side");
      }
    }
    return Optional.empty();
  }

  /** The same figure by fewer kinds. */
  static PlainFigure of(Map<String, Object> json) {
    List<Map<String, Object>> traces = new ArrayList<>();
    for (Object entry : list(json.get("data"))) {
      Map<String, Object> trace = new LinkedHashMap<>();
      map(entry).forEach((key, value) -> trace.put(String.valueOf(key), value));
      trace.putIfAbsent("type", "scatter");
      traces.add(trace);
    }
    Map<String, Object> layout = new LinkedHashMap<>();
    map(json.get("layout")).forEach((key, value) -> layout.put(String.valueOf(key), value));
    for (String axis : List.of("x", "y")) {
      datesAsNumbers(traces, layout, axis);
    }
    binned(traces, "overlay".equals(layout.get("barmode")));
    traces.replaceAll(PlainFigure::counted);
    return new PlainFigure(traces, layout, placed(traces, String.valueOf(layout.get("barmode"))));
  }

  private static void datesAsNumbers(
      List<Map<String, Object>> traces, Map<String, Object> layout, String axis) {
    boolean plain = traces.stream().allMatch(t -> Set.of("scatter", "scattergl").contains(kind(t)));
    List<Object> values = new ArrayList<>();
    traces.forEach(t -> list(t.get(axis)).stream().filter(v -> v != null).forEach(values::add));
    boolean dates =
        values.stream().allMatch(v -> v instanceof String s && DATE.matcher(s).matches());
    if (!plain || !dates || values.isEmpty()) {
      return;
    }
    for (Map<String, Object> trace : traces) {
      List<@Nullable Object> seconds = new ArrayList<>();
      list(trace.get(axis)).forEach(v -> seconds.add(v == null ? null : seconds((String) v)));
      trace.put(axis, seconds);
    }
    Map<String, Object> settings = new LinkedHashMap<>();
    map(layout.get(axis + "axis")).forEach((key, value) -> settings.put("" + key, value));
    settings.put("type", "date");
    layout.put(axis + "axis", settings);
  }

  private static double seconds(String date) {
    return AxisScale.seconds(
        date.length() == 10
            ? LocalDate.parse(date).atStartOfDay()
            : LocalDateTime.parse(date.replace(' ', 'T')));
  }

  /** Histograms become bars; those that are not laid over each other share their intervals. */
  private static void binned(List<Map<String, Object>> traces, boolean apart) {
    List<Double> all = new ArrayList<>();
    traces.stream()
        .filter(t -> kind(t).equals("histogram"))
        .forEach(t -> all.addAll(numbers(t.get(side(t)))));
    for (Map<String, Object> trace : traces) {
      if (kind(trace).equals("histogram")) {
        String side = side(trace);
        List<?> values = list(trace.get(side));
        boolean words = values.stream().anyMatch(v -> v != null && !(v instanceof Number));
        int asked = (int) number(trace.get("nbins" + side), 0);
        List<Double> own = apart ? numbers(trace.get(side)) : all;
        Bins bins = words ? null : Bins.of(own, asked, 0.4);
        count(trace, side, bins);
      }
    }
  }

  /** The axis whose values are counted. */
  private static String side(Map<String, Object> trace) {
    return trace.containsKey("x") && !"h".equals(trace.get("orientation")) ? "x" : "y";
  }

  private static void count(Map<String, Object> trace, String side, @Nullable Bins bins) {
    String other = side.equals("x") ? "y" : "x";
    List<?> values = list(trace.get(side));
    List<?> weights = list(trace.get(other));
    List<Object> positions = new ArrayList<>();
    List<Double> weighed = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      Object value = values.get(i);
      if (bins != null && value instanceof Number number) {
        positions.add(bins.index(number.doubleValue()));
      } else if (value != null) {
        positions.add(PngFigure.text(value));
      } else {
        continue;
      }
      weighed.add(i < weights.size() ? number(weights.get(i), 0) : 1);
    }
    List<Object> keys = new ArrayList<>();
    if (bins == null) {
      keys.addAll(new LinkedHashSet<>(positions));
    } else {
      for (int i = 0; i < bins.count(); i++) {
        keys.add(i);
      }
      trace.put("width", bins.width());
    }
    trace.put(
        other,
        Bins.heights(
            positions,
            keys,
            weighed,
            word(trace.get("histfunc"), "count"),
            word(trace.get("histnorm"), ""),
            bins == null ? 1 : bins.width()));
    trace.put(side, bins == null ? keys : bins.middles());
    trace.put("orientation", side.equals("x") ? "v" : "h");
    trace.put("type", "bar");
  }

  /** A histogram in two dimensions becomes cells of a heat map. */
  private static Map<String, Object> counted(Map<String, Object> trace) {
    if (!kind(trace).equals("histogram2d")) {
      return trace;
    }
    Bins columns = Bins.of(numbers(trace.get("x")), 0, 0.25);
    Bins rows = Bins.of(numbers(trace.get("y")), 0, 0.25);
    double[][] counts = new double[rows.count()][columns.count()];
    List<?> ys = list(trace.get("y"));
    List<?> xs = list(trace.get("x"));
    for (int i = 0; i < Math.min(xs.size(), ys.size()); i++) {
      if (xs.get(i) instanceof Number x && ys.get(i) instanceof Number y) {
        counts[rows.index(y.doubleValue())][columns.index(x.doubleValue())]++;
      }
    }
    List<Object> cells = new ArrayList<>();
    for (double[] row : counts) {
      List<Object> line = new ArrayList<>();
      for (double count : row) {
        line.add(count);
      }
      cells.add(line);
    }
    Map<String, Object> heat = new LinkedHashMap<>(trace);
    heat.put("type", "heatmap");
    heat.put("x", columns.middles());
    heat.put("y", rows.middles());
    heat.put("z", cells);
    heat.put("dx", columns.width());
    heat.put("dy", rows.width());
    return heat;
  }

  /** Bars of several traces stand side by side, on each other, or before each other. */
  private static Map<Integer, List<Bar>> placed(List<Map<String, Object>> traces, String mode) {
    List<Integer> indices = new ArrayList<>();
    for (int i = 0; i < traces.size(); i++) {
      if (kind(traces.get(i)).equals("bar")) {
        indices.add(i);
      }
    }
    boolean stacked = mode.equals("stack") || mode.equals("relative");
    boolean aside = !stacked && !mode.equals("overlay");
    Map<String, Double> high = new HashMap<>();
    Map<Integer, List<Bar>> placed = new LinkedHashMap<>();
    for (int nth = 0; nth < indices.size(); nth++) {
      Map<String, Object> trace = traces.get(indices.get(nth));
      boolean sideways = "h".equals(trace.get("orientation"));
      List<?> positions = list(trace.get(sideways ? "y" : "x"));
      List<?> values = list(trace.get(sideways ? "x" : "y"));
      boolean binned = trace.get("width") instanceof Number;
      double room = binned ? number(trace.get("width"), 1) : SHARE;
      double width = aside ? room / indices.size() : room;
      double from = -room / 2 + (aside ? nth * width : 0);
      List<Bar> bars = new ArrayList<>();
      for (int i = 0; i < Math.min(positions.size(), values.size()); i++) {
        if (positions.get(i) != null && values.get(i) instanceof Number value) {
          double length = value.doubleValue();
          Object position = binned ? positions.get(i) : PngFigure.text(positions.get(i));
          String key = (length < 0 ? "below " : "above ") + position;
          double base = stacked ? high.getOrDefault(key, 0.0) : 0;
          high.put(key, base + length);
          bars.add(new Bar(position, from, 0.96 * width, base, base + length));
        }
      }
      placed.put(indices.get(nth), bars);
    }
    return placed;
  }

  static String kind(Map<String, Object> trace) {
    return String.valueOf(trace.get("type"));
  }

  static List<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }

  static Map<?, ?> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  static double number(@Nullable Object value, double otherwise) {
    return value instanceof Number number ? number.doubleValue() : otherwise;
  }

  static List<Double> numbers(@Nullable Object values) {
    List<Double> numbers = new ArrayList<>();
    for (Object value : list(values)) {
      if (value instanceof Number number) {
        numbers.add(number.doubleValue());
      }
    }
    return numbers;
  }

  private static String word(@Nullable Object value, String otherwise) {
    return value instanceof String text && !text.isEmpty() ? text : otherwise;
  }
}
