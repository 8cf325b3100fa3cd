package dev.adder.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adder.adapter.DimensionSelection;
import dev.adder.adapter.Lora;
import dev.adder.adapter.TargetReport;
import dev.adder.model.MambaConfig;
import dev.adder.model.MambaWeights;
import dev.adder.training.TrainingLog;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.traces.BarTrace;
import tech.tablesaw.plotly.traces.ScatterTrace;

class ReportTest {

  @TempDir private Path folder;

  private static Figure loss() {
    List<TrainingLog.Step> steps =
        java.util.stream.IntStream.rangeClosed(1, 50)
            .mapToObj(i -> new TrainingLog.Step(i, 0.7 / i, 1e-3, 1, i))
            .toList();
    return LossPlot.of(new TrainingLog("main", steps, List.of()));
  }

  private static Figure heat() {
    float[][] scores = {{1, 4}, {9, 0}, {0, 1}};
    return SelectionHeatmap.of(new DimensionSelection(1, List.of(1), List.of(List.of(0)), scores));
  }

  @Test
  void a_figure_becomes_plotlys_json_with_numbers_and_titles() {
    Figure figure =
        new Figure(
            Layout.builder("a \"b\" & {c}", "x", "y").build(),
            ScatterTrace.builder(new double[] {1, 2}, new double[] {0.5, -1e-7})
                .name("it's")
                .build());
    Map<String, Object> json = PlotlyJson.of(figure);
    Map<?, ?> layout = (Map<?, ?>) json.get("layout");
    assertThat(layout.get("title")).isEqualTo(Map.of("text", "a \"b\" &amp; {c}"));
    assertThat(((Map<?, ?>) layout.get("xaxis")).get("title")).isEqualTo(Map.of("text", "x"));
    Map<?, ?> trace = (Map<?, ?>) ((List<?>) json.get("data")).get(0);
    assertThat(trace.get("x")).isEqualTo(List.of(1.0, 2.0));
    assertThat(trace.get("y")).isEqualTo(List.of(0.5, -1e-7));
    assertThat(trace.get("name")).isEqualTo("it's");
  }

  @Test
  void figures_are_drawn_as_pictures_without_a_browser() throws IOException {
    Figure bars =
        new Figure(
            Layout.builder("bars").build(),
            BarTrace.builder(new Object[] {"a", "b"}, new double[] {1, 2}).build());
    for (Figure figure : List.of(loss(), heat(), bars)) {
      byte[] png = PngFigure.of(PlotlyJson.of(figure));
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
      assertThat(image.getWidth()).isGreaterThan(1000);
      Set<Integer> colours = new HashSet<>();
      for (int x = 0; x < image.getWidth(); x += 3) {
        for (int y = 0; y < image.getHeight(); y += 3) {
          colours.add(image.getRGB(x, y));
        }
      }
      assertThat(colours).hasSizeGreaterThan(5);
    }
  }

  @Test
  void a_table_is_html_with_rounded_right_aligned_numbers_and_escaped_names() {
    DoubleColumn score = DoubleColumn.create("score", new double[] {0.123456789, 1234567.0});
    score.appendMissing();
    Table table =
        Table.create(
            "t",
            StringColumn.create("<name>", new String[] {"a & b", "x", "y"}),
            LongColumn.create("n", new long[] {1234567, 1, 2}),
            score);
    String html = TableHtml.of(table);
    assertThat(html)
        .contains("&lt;name&gt;", "a &amp; b", ">1,234,567<", ">0.1235<", "text-align:right")
        .contains(">1.235e6<")
        .contains("\"></td></tr></tbody>");
  }

  @Test
  void the_last_page_of_a_table_may_be_short() {
    Table table = Table.create("t", DoubleColumn.create("x", new double[100]));
    assertThat(TableHtml.of(table))
        .endsWith("</details>")
        .contains("<summary>Rows 61–100 of 100</summary>");
  }

  @Test
  void the_summary_of_an_adaptation_adds_up() {
    var weights = MambaWeights.of(MambaConfig.published("130m"));
    TargetReport report = TargetReport.of(Lora.of(8, "in_proj.x", "out_proj"), weights);
    Table summary = ParameterTable.summary(report);
    int last = summary.rowCount() - 1;
    assertThat(summary.longColumn("trained").get(last)).isEqualTo(2L * 442_368);
    double sum = 0;
    for (int i = 0; i < last; i++) {
      sum += summary.longColumn("trained").get(i);
    }
    assertThat(sum).isEqualTo(2.0 * 442_368);
    assertThat(ParameterTable.of(report).rowCount()).isEqualTo(report.rows().size());
  }

  @Test
  void a_report_stands_by_itself_and_escapes_what_it_is_given() throws IOException {
    Path page =
        new HtmlReport("T <1>")
            .heading("h & h")
            .paragraph("p <b>")
            .table("caption", Table.create("t", DoubleColumn.create("x", new double[] {1})))
            .figure("figure </script>", loss())
            .write(folder, "index.html");
    String html = Files.readString(page);
    assertThat(html).contains("T &lt;1&gt;", "h &amp; h", "p &lt;b&gt;", "figure &lt;/script&gt;");
    assertThat(html).doesNotContain("http://").doesNotContain("https://");
    assertThat(folder.resolve("plotly.js")).exists();
  }
}
