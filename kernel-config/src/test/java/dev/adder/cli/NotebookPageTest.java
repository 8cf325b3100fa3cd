package dev.adder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotebookPageTest {

  private static final Map<String, Object> FIGURE =
      Map.of(
          "data", List.of(Map.of("type", "scatter", "x", List.of(1, 2), "y", List.of(3, 4))),
          "layout", Map.of("title", Map.of("text", "Loss")));

  @TempDir private Path folder;

  private Path notebook(List<Map<String, Object>> cells) throws IOException {
    Path file = folder.resolve("one.ipynb");
    Files.writeString(
        file,
        new ObjectMapper()
            .writeValueAsString(
                Map.of("nbformat", 4, "nbformat_minor", 5, "metadata", Map.of(), "cells", cells)));
    return file;
  }

  private static Map<String, Object> markdown(String... lines) {
    return Map.of("cell_type", "markdown", "source", List.of(lines));
  }

  private static Map<String, Object> code(String source, List<Map<String, Object>> outputs) {
    return Map.of("cell_type", "code", "source", source, "outputs", outputs);
  }

  private static Map<String, Object> shown(Map<String, Object> data) {
    return Map.of("output_type", "display_data", "data", data);
  }

  private String page(List<Map<String, Object>> cells) throws IOException {
    return Files.readString(new NotebookPage(notebook(cells)).write(folder, "a note"));
  }

  @Test
  void text_code_and_outputs_stand_in_their_order() throws IOException {
    String page =
        page(
            List.of(
                markdown(
                    "# The title\n",
                    "\n",
                    "A *word* and\n",
                    "\n",
                    "| a | b |\n|---|---|\n| 1 | 2 |"),
                code(
                    "var x = 1 < 2;",
                    List.of(
                        Map.of("output_type", "stream", "text", List.of("a <b>\n", "c")),
                        shown(Map.of("text/plain", "t", "text/html", "<table id='t'></table>"))))));
    assertThat(page)
        .containsOnlyOnce("<h1>The title</h1>")
        .contains("<em>word</em>", "<th>a</th>")
        .contains("<span class=\"keyword\">var</span> x = <span class=\"number\">1</span> &lt; ")
        .contains("<pre class=\"output\">a &lt;b&gt;\nc</pre>")
        .contains("<figure class=\"table\"><table id='t'></table></figure>")
        .doesNotContain("https:");
    assertThat(page.indexOf("<em>word")).isLessThan(page.indexOf("keyword\">var"));
    assertThat(folder.resolve("one.html")).exists();
    assertThat(folder.resolve("plotly.js")).exists();
  }

  @Test
  void an_error_is_shown_without_the_colours_of_terminals() throws IOException {
    String page =
        page(
            List.of(
                code(
                    "fail()",
                    List.of(
                        Map.of(
                            "output_type",
                            "error",
                            "traceback",
                            List.of("\u001b[31mUnknown target \"x\".\u001b[0m"))))));
    assertThat(page)
        .contains("<pre class=\"output error\">Unknown target &quot;x&quot;.\n</pre>")
        .doesNotContain("\u001b");
  }

  @Test
  void html_in_the_text_is_not_run() throws IOException {
    assertThat(page(List.of(markdown("a <script>alert(1)</script>"))))
        .doesNotContain("<script>alert");
  }

  @Test
  void a_live_figure_is_drawn_and_a_picture_has_its_text() throws IOException {
    String page =
        page(
            List.of(
                code(
                    "plot()",
                    List.of(
                        shown(
                            Map.of(
                                "text/plain",
                                "Figure: Loss",
                                "application/vnd.plotly.v1+json",
                                FIGURE)),
                        shown(Map.of("text/plain", "Figure: A & B", "image/png", "iVBO\nRw=="))))));
    assertThat(page)
        .contains("draw(\"figure-0\", {", "aria-label=\"Loss\"")
        .contains("<img alt=\"Figure: A &amp; B\" src=\"data:image/png;base64,iVBORw==\">");
  }

  @Test
  void kept_notebooks_have_pictures_in_place_of_live_figures() throws IOException {
    Path file =
        notebook(
            List.of(
                code(
                    "plot()",
                    List.of(
                        shown(
                            Map.of(
                                "text/plain",
                                "Figure: Loss",
                                "application/vnd.plotly.v1+json",
                                FIGURE))))));
    new NotebookPage(file).keepAsPictures();
    var data =
        new ObjectMapper()
            .readTree(file.toFile())
            .path("cells")
            .path(0)
            .path("outputs")
            .path(0)
            .path("data");
    assertThat(data.has("application/vnd.plotly.v1+json")).isFalse();
    assertThat(Base64.getDecoder().decode(data.path("image/png").asText()))
        .startsWith(0x89, 'P', 'N', 'G');
    assertThat(data.path("text/plain").asText()).isEqualTo("Figure: Loss");
  }

  @Test
  void formulas_pass_markdown_unharmed_and_code_is_no_formula() throws IOException {
    String page =
        page(
            List.of(
                markdown(
                    "# T\n",
                    "A *word* with $a_i^* b_i < c_j^*$ and `\"$x\" + $y_1_` here.\n",
                    "\n",
                    "$$\\sum_i a_i\\\\ b$$\n")));
    assertThat(page)
        .contains(
            "<em>word</em> with $a_i^* b_i &lt; c_j^*$ and <code>&quot;$x&quot; + $y_1_</code>")
        .contains("$$\\sum_i a_i\\\\ b$$")
        .contains("<script src=\"mathjax.js\">");
    assertThat(folder.resolve("mathjax.js")).exists();
  }

  @Test
  void formulas_of_outputs_are_set_and_pages_without_any_need_no_script() throws IOException {
    String claim = "<p>$$x^2$$</p>";
    assertThat(
            page(
                List.of(
                    code("claim", List.of(shown(Map.of("text/plain", "c", "text/html", claim)))))))
        .contains(claim, "mathjax.js");
    assertThat(page(List.of(markdown("no formula, `$` only")))).doesNotContain("mathjax.js");
  }
}
