package dev.adder.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.adder.adapter.DimensionSelection;
import dev.adder.training.TrainingLog;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Font;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.traces.BarTrace;
import tech.tablesaw.plotly.traces.ScatterTrace;

class FiguresTest {

  private static final Color BLUE = Color.decode("#0072B2");
  private static final Color VERMILION = Color.decode("#D55E00");

  private static TrainingLog log(String phase, double... losses) {
    return new TrainingLog(
        phase,
        IntStream.range(0, losses.length)
            .mapToObj(i -> new TrainingLog.Step(i + 1, losses[i], 1e-3, 1, i))
            .toList(),
        List.of());
  }

  private static Map<String, Object> trace(Figure figure, int index) {
    return trace(PlotlyJson.of(figure), index);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> trace(Map<String, Object> json, int index) {
    return ((List<Map<String, Object>>) json.get("data")).get(index);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> layout(Figure figure) {
    return (Map<String, Object>) PlotlyJson.of(figure).get("layout");
  }

  private static Figure points(String title, double[] x, double[] y) {
    return new Figure(Layout.builder(title, "x", "y").build(), ScatterTrace.builder(x, y).build());
  }

  @Test
  void titles_are_objects_and_numbers_are_numbers() {
    Figure figure = points("Loss", new double[] {1, 2.5}, new double[] {-1e-7, 3});
    assertThat(layout(figure).get("title")).isEqualTo(Map.of("text", "Loss"));
    assertThat(layout(figure).get("xaxis"))
        .extracting(axis -> ((Map<?, ?>) axis).get("title"))
        .isEqualTo(Map.of("text", "x"));
    assertThat(trace(figure, 0).get("x")).isEqualTo(List.of(1.0, 2.5));
    assertThat(trace(figure, 0).get("y")).isEqualTo(List.of(-1e-7, 3.0));
  }

  @Test
  void a_title_takes_its_font_along() {
    Figure figure =
        new Figure(
            Layout.builder("Loss").titleFont(Font.builder().size(20).build()).build(),
            ScatterTrace.builder(new double[] {1}, new double[] {1}).build());
    assertThat(layout(figure)).doesNotContainKey("titlefont");
    assertThat((Map<?, ?>) layout(figure).get("title")).extracting("font").isNotNull();
  }

  @Test
  void missing_values_are_null_so_that_the_json_is_json() throws IOException {
    Figure figure = points("Gap", new double[] {1, 2, 3}, new double[] {1, Double.NaN, 3});
    assertThat(PngFigure.of(figure)).isNotEmpty();
    String json = new ObjectMapper().writeValueAsString(PlotlyJson.of(figure));
    assertThat(json).contains("[1.0,null,3.0]").doesNotContain("NaN");
  }

  @Test
  void quotes_are_quotes_and_angle_brackets_are_never_markup() {
    Figure figure =
        new Figure(
            Layout.builder("a \"b\" it's <i>c</i> & d").build(),
            ScatterTrace.builder(new double[] {1}, new double[] {1}).name("12").build());
    assertThat(layout(figure).get("title"))
        .isEqualTo(Map.of("text", "a \"b\" it's &lt;i&gt;c&lt;/i&gt; &amp; d"));
    assertThat(PlotlyJson.plain("&lt;i&gt; &amp;amp;")).isEqualTo("<i> &amp;");
    assertThat(trace(figure, 0).get("name")).isEqualTo("12");
  }

  @Test
  void categories_stay_words_unless_all_are_numbers() {
    Layout layout = Layout.builder("Bars").build();
    Figure ranks =
        new Figure(layout, BarTrace.builder(new Object[] {"2", "4"}, new double[] {1, 2}).build());
    Figure names =
        new Figure(
            layout, BarTrace.builder(new Object[] {"2", "all"}, new double[] {1, 2}).build());
    assertThat(trace(ranks, 0).get("x")).isEqualTo(List.of(2.0, 4.0));
    assertThat(trace(names, 0).get("x")).isEqualTo(List.of("2", "all"));
  }

  @Test
  void error_bars_stand_in_the_json_and_in_tablesaws_own_script() {
    Figure figure =
        new Figure(
            ErrorBarTrace.of(
                "LoRA",
                "#0072B2",
                new String[] {"r=2", "r=3"},
                new double[] {1, 2},
                new double[] {3, 4},
                new double[] {0.5, 0}));
    assertThat(trace(figure, 0).get("error_y"))
        .extracting(bars -> ((Map<?, ?>) bars).get("array"))
        .isEqualTo(List.of(0.5, 0.0));
    assertThat(trace(figure, 0)).containsEntry("name", "LoRA").containsEntry("mode", "markers");
    assertThat(figure.asJavascript("plot")).contains("error_y: {type: 'data', array: [0.5, 0.0]");
  }

  @Test
  void error_bars_want_one_spread_per_point() {
    assertThatThrownBy(
            () ->
                ErrorBarTrace.of(
                    "a", "#000000", new String[1], new double[1], new double[1], new double[2]))
        .hasMessage(
            "Points with error bars need as many x, y, spreads and labels; given 1, 1, 2 and 1.");
  }

  @Test
  void the_loss_is_shown_raw_and_smoothed_under_the_phase_name() {
    double[] losses = IntStream.range(0, 100).mapToDouble(i -> i % 2).toArray();
    Figure figure = LossPlot.of(log("warm-up", losses), log("main", losses));
    assertThat(trace(figure, 0))
        .containsEntry("opacity", 0.3)
        .containsEntry("showlegend", false)
        .containsEntry("y", IntStream.range(0, 100).mapToObj(i -> (double) (i % 2)).toList());
    assertThat(trace(figure, 2)).containsEntry("name", "warm-up");
    assertThat(trace(figure, 3)).containsEntry("name", "main");
    // Two neighbours on either side: 0, 1, 0, 1, 0.
    assertThat(((List<?>) trace(figure, 2).get("y")).get(50)).isEqualTo(0.4);
    assertThat(LossPlot.smooth(new double[] {4})).containsExactly(4);
  }

  @Test
  void a_log_without_steps_is_refused() {
    assertThatThrownBy(() -> LossPlot.of(log("main")))
        .hasMessage(
            "A loss plot needs training logs with at least one step each; given 1 logs of [0]"
                + " steps.");
  }

  private static DimensionSelection selection(int layer) {
    return new DimensionSelection(
        layer, List.of(2), List.of(List.of(1, 0)), new float[][] {{0, 0}, {1, 0}, {9, 16}});
  }

  @Test
  void a_selection_is_a_heat_map_with_its_choices_marked() {
    Figure figure = SelectionHeatmap.of(selection(3));
    assertThat(trace(figure, 0).get("z"))
        .isEqualTo(List.of(List.of(0.0, 1.0, 3.0), List.of(0.0, 0.0, 4.0)));
    assertThat(trace(figure, 1).get("x")).isEqualTo(List.of(2.0, 2.0));
    assertThat(trace(figure, 1).get("y")).isEqualTo(List.of(1.0, 0.0));
    assertThat(layout(figure).get("title").toString()).contains("Block 3", "[2]");
  }

  @Test
  void all_blocks_stand_in_one_heat_map() {
    Figure figure = SelectionHeatmap.of(List.of(selection(0), selection(1)));
    assertThat(trace(figure, 0).get("z"))
        .isEqualTo(List.of(List.of(0.0, 1.0, 5.0), List.of(0.0, 1.0, 5.0)));
    assertThat(trace(figure, 1).get("y")).isEqualTo(List.of(0.0, 1.0));
  }

  private static BufferedImage draw(Figure figure) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(PngFigure.of(figure)));
  }

  private static long count(BufferedImage image, Color color) {
    return IntStream.range(0, image.getWidth() * image.getHeight())
        .filter(i -> image.getRGB(i % image.getWidth(), i / image.getWidth()) == color.getRGB())
        .count();
  }

  @Test
  void a_picture_has_twice_the_resolution_and_a_light_ground() throws IOException {
    BufferedImage image = draw(LossPlot.of(log("main", 3, 2, 1)));
    assertThat(image.getWidth()).isEqualTo(1520);
    assertThat(image.getHeight()).isEqualTo(800);
    assertThat(new Color(image.getRGB(3, 3))).isEqualTo(Color.WHITE);
    assertThat(count(image, BLUE)).isPositive();
  }

  @Test
  void a_longer_error_bar_takes_more_ink() throws IOException {
    long[] ink = new long[2];
    for (int i = 0; i < 2; i++) {
      Figure figure =
          new Figure(
              Layout.builder("E").build(),
              ErrorBarTrace.of(
                  "a",
                  "#0072B2",
                  new String[] {"p", "q"},
                  new double[] {1, 2},
                  new double[] {0, 10},
                  new double[] {0.5 + 2 * i, 0}));
      ink[i] = count(draw(figure), BLUE);
    }
    assertThat(ink[1]).isGreaterThan(ink[0] + 50);
  }

  @Test
  void bars_have_the_areas_of_their_values() throws IOException {
    Layout layout = Layout.builder("Bars", "method", "score").build();
    BufferedImage image =
        draw(
            new Figure(
                layout,
                BarTrace.builder(new Object[] {"a", "b"}, new double[] {1, 1}).build(),
                BarTrace.builder(new Object[] {"a", "b"}, new double[] {2, -1}).build()));
    double ratio = (double) count(image, VERMILION) / count(image, BLUE);
    assertThat(ratio).isBetween(1.45, 1.55);
  }

  @Test
  void cells_of_a_heat_map_go_from_white_to_dark() throws IOException {
    BufferedImage image = draw(SelectionHeatmap.of(selection(0)));
    assertThat(count(image, Color.decode("#F7FBFF"))).isGreaterThan(1000);
    assertThat(count(image, Color.decode("#08306B"))).isGreaterThan(1000);
    assertThat(count(image, VERMILION)).isPositive();
  }

  @Test
  void a_log_axis_has_its_ticks_at_powers_of_ten() {
    AxisScale scale = new AxisScale(-4, -1, AxisScale.Kind.LOG, List.of());
    assertThat(scale.ticks().stream().map(scale::label))
        .containsExactly("1e-4", "0.001", "0.01", "0.1");
    assertThat(scale.share(1e-4)).isZero();
    assertThat(scale.share(0)).isNaN();
  }

  @Test
  void ticks_are_round_numbers() {
    assertThat(AxisScale.linear(0.68, 0.76).ticks())
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-9 ? 0 : 1)
        .containsExactly(0.68, 0.69, 0.70, 0.71, 0.72, 0.73, 0.74, 0.75, 0.76);
    AxisScale far = AxisScale.linear(0, 400_000);
    assertThat(far.ticks().stream().map(far::label)).contains("0", "1e5", "4e5");
  }

  @Test
  void nothing_but_a_title_is_a_picture_too() throws IOException {
    BufferedImage image = draw(points("Empty", new double[0], new double[0]));
    assertThat(count(image, PngFigure.INK)).isPositive();
  }
}
