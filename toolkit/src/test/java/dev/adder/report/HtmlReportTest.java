package dev.adder.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.traces.ScatterTrace;

class HtmlReportTest {

  @TempDir private Path folder;

  private String write(HtmlReport report) throws IOException {
    return Files.readString(report.write(folder));
  }

  @Test
  void everything_is_beside_the_page() throws IOException {
    String page = write(HtmlReport.titled("Report").paragraph("text"));
    assertThat(folder.resolve("index.html")).exists();
    assertThat(page).contains("<script src=\"plotly.js\">").doesNotContain("http:", "https:");
    assertThat(folder.resolve("plotly.js")).content().contains("plotly.js v2.35.3");
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void text_captions_and_labels_are_escaped() throws IOException {
    String bad = "<script>alert(1)</script>";
    Figure figure =
        new Figure(
            Layout.builder(bad).build(),
            ScatterTrace.builder(new double[] {1}, new double[] {2})
                .name(bad)
                .text(new String[] {bad})
                .build());
    String page =
        write(
            HtmlReport.titled(bad)
                .heading(bad)
                .paragraph(bad)
                .provenance(Map.of(bad, bad))
                .link(bad, "\"" + bad)
                .code(bad)
                .table(bad, Table.create(bad, StringColumn.create(bad, bad)))
                .figure(bad, figure));
    assertThat(page).doesNotContain(bad).contains("&lt;script&gt;");
  }

  @Test
  void figures_and_tables_have_names_for_those_who_do_not_see_them() throws IOException {
    Figure figure =
        new Figure(
            Layout.builder("Loss & more").build(),
            ScatterTrace.builder(new double[] {1}, new double[] {2}).build());
    String page =
        write(
            HtmlReport.titled("R")
                .figure("Faint: every step.", figure)
                .figure("", figure)
                .table("Scores.", Table.create("t", StringColumn.create("m", "a"))));
    assertThat(page)
        .contains("role=\"img\" aria-label=\"Loss &amp; more. Faint: every step.\"")
        .contains("role=\"img\" aria-label=\"Loss &amp; more\"")
        .contains("aria-labelledby=\"table-2\"><figcaption id=\"table-2\">Scores.</figcaption>")
        .contains("scope=\"col\"");
  }

  @Test
  void figures_keep_their_data() throws IOException {
    Figure figure =
        new Figure(ScatterTrace.builder(new double[] {1, 2}, new double[] {3, 4}).build());
    assertThat(write(HtmlReport.titled("R").figure("c", figure)))
        .contains("draw(\"figure-0\", {\"data\":[{\"x\":[1.0,2.0],\"y\":[3.0,4.0]");
  }

  @Test
  void provenance_keeps_its_order() throws IOException {
    Map<String, String> facts = new java.util.LinkedHashMap<>();
    facts.put("Seed", "1");
    facts.put("Java", "17");
    assertThat(write(HtmlReport.titled("R").provenance(facts)))
        .contains("<div><dt>Seed</dt><dd>1</dd></div><div><dt>Java</dt><dd>17</dd></div></dl>");
  }

  @Test
  void code_is_coloured_and_stays_the_same_text() {
    String java =
        "// a <b>\nvar s = \"for // no\" + 'x' + 1.5e-3; /* for */\nString t = \"\"\"\n  \"new\"\n\"\"\";";
    String html = JavaHtml.of(java);
    assertThat(html)
        .contains("<span class=\"comment\">// a &lt;b&gt;</span>")
        .contains("<span class=\"keyword\">var</span>")
        .contains("<span class=\"string\">&quot;for // no&quot;</span>")
        .contains("<span class=\"number\">1.5e-3</span>");
    String text = html.replaceAll("<[^>]*>", "");
    assertThat(text).isEqualTo(TableHtml.escape(java));
  }

  @Test
  void formulas_need_no_network_either() throws IOException {
    String page = write(HtmlReport.titled("Report").formulas().paragraph("$x^2$"));
    assertThat(page).contains("<script src=\"mathjax.js\">").doesNotContain("http:", "https:");
    assertThat(folder.resolve("mathjax.js")).content().contains("MathJax");
  }
}
