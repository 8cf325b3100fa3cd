package dev.adder.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tech.tablesaw.aggregate.AggregateFunctions;
import tech.tablesaw.api.DateColumn;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.api.AreaPlot;
import tech.tablesaw.plotly.api.BoxPlot;
import tech.tablesaw.plotly.api.BubblePlot;
import tech.tablesaw.plotly.api.CandlestickPlot;
import tech.tablesaw.plotly.api.Heatmap;
import tech.tablesaw.plotly.api.Histogram;
import tech.tablesaw.plotly.api.Histogram2D;
import tech.tablesaw.plotly.api.HorizontalBarPlot;
import tech.tablesaw.plotly.api.LinePlot;
import tech.tablesaw.plotly.api.OHLCPlot;
import tech.tablesaw.plotly.api.ParetoPlot;
import tech.tablesaw.plotly.api.PiePlot;
import tech.tablesaw.plotly.api.QQPlot;
import tech.tablesaw.plotly.api.QuantilePlot;
import tech.tablesaw.plotly.api.Scatter3DPlot;
import tech.tablesaw.plotly.api.ScatterPlot;
import tech.tablesaw.plotly.api.TimeSeriesPlot;
import tech.tablesaw.plotly.api.TukeyMeanDifferencePlot;
import tech.tablesaw.plotly.api.VerticalBarPlot;
import tech.tablesaw.plotly.api.ViolinPlot;
import tech.tablesaw.plotly.components.Axis;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.components.Line;
import tech.tablesaw.plotly.components.Marker;
import tech.tablesaw.plotly.traces.BarTrace;
import tech.tablesaw.plotly.traces.ContourTrace;
import tech.tablesaw.plotly.traces.HistogramTrace;
import tech.tablesaw.plotly.traces.ScatterTrace;

/** A picture of everything Tablesaw draws, or a sentence; never a blank. */
class FigureKindsTest {

  private static final Color BLUE = Color.decode("#0072B2");
  private static final Color VERMILION = Color.decode("#D55E00");
  private static final int ROWS = 90;

  private static Table runs() {
    Random random = new Random(3);
    double[] score = random.doubles(ROWS, 1, 9).sorted().toArray();
    double[] loss = IntStream.range(0, ROWS).mapToDouble(i -> 8 - score[i] * 0.7).toArray();
    String[] method =
        IntStream.range(0, ROWS)
            .mapToObj(i -> List.of("LoRA", "SDT", "BitFit").get(i % 3))
            .toArray(String[]::new);
    return Table.create(
        "runs",
        DoubleColumn.create("score", score),
        DoubleColumn.create("loss", loss),
        DoubleColumn.create("size", random.doubles(ROWS, 4, 30).toArray()),
        StringColumn.create("method", method),
        StringColumn.create("task", IntStream.range(0, ROWS).mapToObj(i -> "t" + i % 2)),
        DateColumn.create(
            "day", IntStream.range(0, ROWS).mapToObj(LocalDate.of(2024, 1, 1)::plusDays)),
        DateTimeColumn.create(
            "time",
            IntStream.range(0, ROWS)
                .mapToObj(i -> LocalDateTime.of(2024, 1, 1, 8, 0).plusMinutes(i))));
  }

  private static Table means() {
    Table means = runs().summarize("score", "loss", AggregateFunctions.mean).by("method");
    means.column(1).setName("score");
    means.column(2).setName("loss");
    return means;
  }

  private static Layout axes(Axis.Type x, Axis.Type y) {
    return Layout.builder("T", "x", "y")
        .xAxis(Axis.builder().type(x).build())
        .yAxis(Axis.builder().type(y).build())
        .build();
  }

  static Map<String, Figure> drawn() {
    Table t = runs();
    Table m = means();
    double[] x = {1, 10, 100};
    double[][] z = {{0, 1, 2}, {1, 2, 3}, {2, 3, 9}};
    Object[] places = {0, 1, 2};
    Map<String, Figure> figures = new LinkedHashMap<>();
    figures.put("area", AreaPlot.create("T", t, "score", "loss"));
    figures.put("areas", AreaPlot.create("T", t, "score", "loss", "method"));
    figures.put("bars", VerticalBarPlot.create("T", m, "method", "score"));
    figures.put(
        "bars side by side",
        VerticalBarPlot.create("T", m, "method", Layout.BarMode.GROUP, "score", "loss"));
    figures.put(
        "bars on each other",
        HorizontalBarPlot.create("T", m, "method", Layout.BarMode.STACK, "score", "loss"));
    figures.put("bars of a log axis", figure(axes(Axis.Type.CATEGORY, Axis.Type.LOG), bars()));
    figures.put(
        "bars of axes of names", figure(axes(Axis.Type.CATEGORY, Axis.Type.CATEGORY), bars()));
    figures.put("boxes", BoxPlot.create("T", t, "method", "score"));
    figures.put("bubbles", BubblePlot.create("T", t, "score", "loss", "size"));
    figures.put(
        "contour",
        figure(Layout.builder("T").build(), ContourTrace.builder(places, places, z).build()));
    figures.put("heat map", Heatmap.create("T", t, "method", "task"));
    figures.put("histogram", Histogram.create("T", t, "score"));
    figures.put("histogram in two dimensions", Histogram2D.create("T", t, "score", "loss"));
    figures.put("line", LinePlot.create("T", t, "score", "loss"));
    figures.put("lines", LinePlot.create("T", t, "score", "loss", "method"));
    figures.put(
        "line on log axes",
        figure(
            axes(Axis.Type.LOG, Axis.Type.LOG),
            ScatterTrace.builder(x, x).mode(ScatterTrace.Mode.LINE_AND_MARKERS).build()));
    figures.put("pareto", ParetoPlot.create("T", m, "method", "score"));
    figures.put("pie", PiePlot.create("T", m, "method", "score"));
    figures.put("points", ScatterPlot.create("T", t, "score", "loss"));
    figures.put("points of groups", ScatterPlot.create("T", t, "score", "loss", "method"));
    figures.put("qq", QQPlot.create("T", t, "score", "loss"));
    figures.put("quantiles", QuantilePlot.create("T", t, "score"));
    figures.put("days", TimeSeriesPlot.create("T", t, "day", "score"));
    figures.put("days of groups", TimeSeriesPlot.create("T", t, "day", "score", "method"));
    figures.put("hours", TimeSeriesPlot.createDateTimeSeries("T", t, "time", "score"));
    figures.put("tukey", TukeyMeanDifferencePlot.create("T", "score", t, "score", "loss"));
    figures.put("violins", ViolinPlot.create("T", t, "method", "score", true, true));
    return figures;
  }

  private static Figure figure(Layout layout, tech.tablesaw.plotly.traces.Trace... traces) {
    return new Figure(layout, traces);
  }

  private static BarTrace bars() {
    return BarTrace.builder(new Object[] {"a", "b"}, new double[] {1000, 1e6}).build();
  }

  static List<Map.Entry<String, Figure>> drawnEntries() {
    return List.copyOf(drawn().entrySet());
  }

  private static BufferedImage image(Figure figure) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(PngFigure.of(figure)));
  }

  private static long count(BufferedImage image, Predicate<Color> wanted) {
    return IntStream.range(0, image.getWidth() * image.getHeight())
        .filter(
            i -> wanted.test(new Color(image.getRGB(i % image.getWidth(), i / image.getWidth()))))
        .count();
  }

  private static boolean coloured(Color color) {
    int most = Math.max(color.getRed(), Math.max(color.getGreen(), color.getBlue()));
    int least = Math.min(color.getRed(), Math.min(color.getGreen(), color.getBlue()));
    return most - least > 60;
  }

  @ParameterizedTest
  @MethodSource("drawnEntries")
  void what_tablesaw_plots_is_drawn(Map.Entry<String, Figure> kind) throws IOException {
    assertThat(PngFigure.refusal(PlotlyJson.of(kind.getValue()))).isEmpty();
    BufferedImage image = image(kind.getValue());
    assertThat(count(image, FigureKindsTest::coloured)).as("coloured points").isGreaterThan(500);
    assertThat(count(image, PngFigure.INK::equals)).as("title").isPositive();
  }

  @Test
  void what_is_not_drawn_is_one_sentence_that_says_where_it_is_seen() {
    Table t = runs();
    t.addColumns(
        t.doubleColumn("score").add(1).setName("high"),
        t.doubleColumn("loss").add(-9).setName("low"));
    Map<String, Figure> figures =
        Map.of(
            "points in three dimensions", Scatter3DPlot.create("T", t, "score", "loss", "size"),
            "candlesticks", CandlestickPlot.create("T", t, "day", "score", "high", "low", "loss"),
            "prices", OHLCPlot.create("T", t, "day", "score", "high", "low", "loss"),
            "several plots side by side",
                figure(
                    Layout.builder("T").build(),
                    ScatterTrace.builder(new double[] {1}, new double[] {1}).xAxis("x2").build()));
    figures.forEach(
        (what, figure) -> {
          String sentence =
              "This figure has %s, of which no picture is drawn: it is shown live, in JupyterLab and on the page of ./adder run-notebook --html."
                  .formatted(what);
          assertThat(PngFigure.refusal(PlotlyJson.of(figure))).contains(sentence);
          assertThatThrownBy(() -> PngFigure.of(figure)).hasMessage(sentence);
        });
  }

  private static Map<String, Object> plain(Figure figure, int trace) {
    return PlainFigure.of(PlotlyJson.of(figure)).traces().get(trace);
  }

  private static Figure histogram(HistogramTrace.HistogramBuilder histogram) {
    return figure(Layout.builder("T").build(), histogram.build());
  }

  @Test
  void a_histogram_counts_into_intervals_of_a_round_width() {
    double[] values = {0.1, 0.2, 0.2, 0.9, 1.1, 1.2, 2.4};
    Map<String, Object> counted = plain(histogram(HistogramTrace.builder(values).nBinsX(3)), 0);
    assertThat(counted)
        .containsEntry("x", List.of(0.5, 1.5, 2.5))
        .containsEntry("y", List.of(4.0, 2.0, 1.0))
        .containsEntry("width", 1.0);
    Map<String, Object> density =
        plain(
            histogram(
                HistogramTrace.builder(values)
                    .nBinsX(3)
                    .histNorm(HistogramTrace.HistNorm.PROBABILITY_DENSITY)),
            0);
    double area = PlainFigure.numbers(density.get("y")).stream().mapToDouble(v -> v).sum();
    assertThat(area).isCloseTo(1, within(1e-12));
  }

  @Test
  void whole_numbers_stand_in_the_middle_of_their_interval() {
    double[] dice = {1, 2, 2, 3, 6};
    assertThat(plain(histogram(HistogramTrace.builder(dice).nBinsX(10)), 0))
        .containsEntry("x", List.of(1.0, 2.0, 3.0, 4.0, 5.0, 6.0))
        .containsEntry("y", List.of(1.0, 2.0, 1.0, 0.0, 0.0, 1.0));
  }

  @Test
  void words_are_counted_or_averaged_by_word() {
    StringColumn words = StringColumn.create("w", "b", "a", "b");
    DoubleColumn values = DoubleColumn.create("v", 1, 5, 3);
    assertThat(
            plain(
                histogram(
                    HistogramTrace.builder(words, values).histFunc(HistogramTrace.HistFunc.AVG)),
                0))
        .containsEntry("x", List.of("b", "a"))
        .containsEntry("y", List.of(2.0, 5.0));
  }

  @Test
  void a_histogram_of_equal_values_is_one_bar() {
    assertThat(plain(histogram(HistogramTrace.builder(new double[] {0.5, 0.5})), 0))
        .containsEntry("y", List.of(2.0));
    assertThat(plain(histogram(HistogramTrace.builder(new double[] {})), 0).get("y"))
        .isEqualTo(List.of(0.0));
  }

  @Test
  void quartiles_are_plotlys() {
    // Method 10 of Langford's list, by which Plotly takes them: 1.5 and 4.5 of five values' middle.
    double[] sorted = {1, 2, 3, 4, 5};
    assertThat(PngSpread.quantile(sorted, 0.5)).isEqualTo(3);
    assertThat(PngSpread.quantile(sorted, 0.25)).isEqualTo(1.75);
    assertThat(PngSpread.quantile(sorted, 0.75)).isEqualTo(4.25);
    assertThat(PngSpread.quantile(new double[] {7}, 0.25)).isEqualTo(7);
  }

  @Test
  void bars_on_each_other_stand_on_what_is_below() {
    Figure figure =
        VerticalBarPlot.create("T", means(), "method", Layout.BarMode.STACK, "score", "loss");
    PlainFigure plain = PlainFigure.of(PlotlyJson.of(figure));
    PlainFigure.Bar below = plain.bars().get(0).get(1);
    PlainFigure.Bar above = plain.bars().get(1).get(1);
    assertThat(below.base()).isZero();
    assertThat(above.base()).isEqualTo(below.top());
    assertThat(above.from()).isEqualTo(below.from());
  }

  @Test
  void a_pie_has_its_largest_piece_first_and_nothing_negative() {
    List<PngPie.Piece> pieces =
        PngPie.pieces(
            Map.of("labels", List.of("a", "b", "a", "c"), "values", List.of(1.0, 3.0, 1.0, -4.0)));
    assertThat(pieces).extracting(PngPie.Piece::label).containsExactly("b", "a");
    assertThat(pieces).extracting(PngPie.Piece::value).containsExactly(3.0, 2.0);
  }

  @Test
  void the_pieces_of_a_pie_have_the_areas_of_their_shares() throws IOException {
    Table table =
        Table.create(
            "p", StringColumn.create("n", "large", "small"), DoubleColumn.create("v", 3, 1));
    BufferedImage image = image(PiePlot.create("T", table, "n", "v"));
    double ratio = (double) count(image, BLUE::equals) / count(image, VERMILION::equals);
    assertThat(ratio).isBetween(2.9, 3.1);
  }

  @Test
  void dates_are_in_their_true_distance_and_named() {
    LocalDate[] days = {
      LocalDate.of(2024, 1, 1), LocalDate.of(2024, 1, 2), LocalDate.of(2024, 12, 31)
    };
    Table table =
        Table.create("d", DateColumn.create("day", days), DoubleColumn.create("v", 1, 2, 3));
    PlainFigure plain =
        PlainFigure.of(PlotlyJson.of(TimeSeriesPlot.create("T", table, "day", "v")));
    assertThat(plain.traces().get(0).get("x"))
        .isEqualTo(List.of(1704067200.0, 1704153600.0, 1735603200.0));
    AxisScale scale = new AxisScale(1704067200.0, 1735603200.0, AxisScale.Kind.DATES, List.of());
    assertThat(scale.ticks().stream().map(scale::label))
        .containsExactly("2024-01", "2024-03", "2024-05", "2024-07", "2024-09", "2024-11");
    AxisScale hour = new AxisScale(1704067200, 1704067200 + 3600, AxisScale.Kind.DATES, List.of());
    assertThat(hour.ticks().stream().map(hour::label))
        .startsWith("00:00", "00:15")
        .endsWith("01:00");
  }

  @Test
  void a_second_axis_stands_on_the_right() throws IOException {
    ScatterTrace small =
        ScatterTrace.builder(new double[] {1, 2}, new double[] {0.1, 0.2})
            .mode(ScatterTrace.Mode.LINE)
            .name("accuracy")
            .build();
    ScatterTrace large =
        ScatterTrace.builder(new double[] {1, 2}, new double[] {5000, 4000})
            .mode(ScatterTrace.Mode.LINE)
            .name("loss")
            .yAxis(ScatterTrace.YAxis.Y2)
            .build();
    Layout layout =
        Layout.builder("T", "x", "accuracy")
            .yAxis2(
                Axis.builder()
                    .title("loss")
                    .side(Axis.Side.right)
                    .overlaying(ScatterTrace.YAxis.Y)
                    .build())
            .build();
    BufferedImage image = image(new Figure(layout, small, large));
    // On one axis the small values would be a flat line.
    int top =
        IntStream.range(0, image.getHeight()).filter(row -> has(image, row, BLUE)).min().orElse(0);
    int end =
        IntStream.range(0, image.getHeight()).filter(row -> has(image, row, BLUE)).max().orElse(0);
    assertThat(end - top).isGreaterThan(image.getHeight() / 3);
  }

  private static boolean has(BufferedImage image, int row, Color color) {
    // The legend's own sample stands further right.
    return IntStream.range(0, image.getWidth() / 2)
        .anyMatch(column -> image.getRGB(column, row) == color.getRGB());
  }

  @Test
  void colours_of_points_by_name_by_number_and_by_word_of_css() throws IOException {
    double[] x = {1, 2, 3};
    Figure numbers =
        figure(
            Layout.builder("T").build(),
            ScatterTrace.builder(x, x)
                .marker(Marker.builder().size(30).color(x).showScale(true).build())
                .build());
    assertThat(count(image(numbers), Color.decode("#440154")::equals)).isGreaterThan(100);
    Figure word =
        figure(
            Layout.builder("T").build(),
            ScatterTrace.builder(x, x)
                .mode(ScatterTrace.Mode.LINE)
                .line(Line.builder().color("red").width(4).build())
                .build());
    assertThat(count(image(word), Color.RED::equals)).isGreaterThan(100);
    assertThat(PngColors.of("rgb(1, 2, 3)")).contains(new Color(1, 2, 3));
    assertThat(PngColors.of("#0f0")).contains(Color.GREEN);
    assertThat(PngColors.of("no colour")).isEmpty();
    assertThat(PngColors.of(null)).isEmpty();
  }

  @Test
  void an_axis_that_runs_backwards_does_so_in_the_picture() {
    AxisScale scale = AxisScale.linear(0, 10).reversed();
    assertThat(scale.share(0)).isEqualTo(1);
    assertThat(scale.share(10)).isZero();
    assertThat(scale.ticks()).contains(0.0, 10.0);
  }

  @Test
  void a_missing_value_leaves_a_gap_and_no_trace_is_lost() throws IOException {
    double[] gap = {1, Double.NaN, 3};
    for (Figure figure :
        List.of(
            figure(
                Layout.builder("T").build(),
                BarTrace.builder(new Object[] {"a", "b", "c"}, gap).build()),
            histogram(HistogramTrace.builder(gap)),
            BoxPlot.create(
                "T",
                Table.create(
                    "b", StringColumn.create("g", "x", "x", "x"), DoubleColumn.create("v", gap)),
                "g",
                "v"))) {
      assertThat(count(image(figure), FigureKindsTest::coloured)).isGreaterThan(100);
    }
  }
}
