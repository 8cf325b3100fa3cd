package dev.adder.cli;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.adder.notebook.MimeBundle;
import dev.adder.report.HtmlReport;
import dev.adder.report.PngFigure;
import dev.adder.report.TableHtml;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/** An executed notebook as a page of the report, and as a file whose figures any viewer shows. */
final class NotebookPage {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** What terminals read as colours. */
  private static final Pattern COLOURS = Pattern.compile("\u001b\\[[0-9;]*m");

  private final Parser markdown =
      Parser.builder().extensions(List.of(TablesExtension.create())).build();
  private final HtmlRenderer renderer =
      HtmlRenderer.builder().extensions(List.of(TablesExtension.create())).escapeHtml(true).build();
  private final Path notebook;
  private final JsonNode root;

  NotebookPage(Path notebook) throws IOException {
    this.notebook = notebook;
    root = JSON.readTree(notebook.toFile());
  }

  /** The first heading of the notebook, or its file's name. */
  String title() {
    for (JsonNode cell : root.path("cells")) {
      for (String line : text(cell.path("source")).split("\n")) {
        if (line.startsWith("# ")) {
          return line.substring(2).strip();
        }
      }
    }
    return notebook.getFileName().toString();
  }

  /**
   * Writes the page with figures that can be touched.
   *
   * @param note HTML of the line below the title
   */
  Path write(Path folder, String note) throws IOException {
    HtmlReport page = new HtmlReport(title());
    page.html("<p class=\"note\">" + note + "</p>");
    boolean first = true;
    for (JsonNode cell : root.path("cells")) {
      String source = text(cell.path("source"));
      if (cell.path("cell_type").asText().equals("markdown")) {
        String shown = first ? source.replaceFirst("(?m)^# .*\\R?", "") : source;
        page.html(renderer.render(markdown.parse(shown)));
        first = false;
      } else if (cell.path("cell_type").asText().equals("code")) {
        page.code(source);
        for (JsonNode output : cell.path("outputs")) {
          output(page, output);
        }
      }
    }
    String name = notebook.getFileName().toString().replace(".ipynb", ".html");
    return page.write(folder, name);
  }

  private static void output(HtmlReport page, JsonNode output) {
    JsonNode data = output.path("data");
    switch (output.path("output_type").asText()) {
      case "stream" -> page.html(pre("output", text(output.path("text"))));
      case "error" -> {
        StringBuilder lines = new StringBuilder();
        output.path("traceback").forEach(line -> lines.append(line.asText()).append('\n'));
        page.html(pre("output error", lines.toString()));
      }
      default -> {
        if (data.has(MimeBundle.PLOTLY)) {
          page.figure("", figure(data));
        } else if (data.has(MimeBundle.PNG)) {
          page.html(
              "<img alt=\""
                  + TableHtml.escape(text(data.path(MimeBundle.TEXT)))
                  + "\" src=\"data:image/png;base64,"
                  + TableHtml.escape(text(data.path(MimeBundle.PNG)).replaceAll("\\s", ""))
                  + "\">");
        } else if (data.has(MimeBundle.HTML)) {
          page.html("<figure class=\"table\">" + text(data.path(MimeBundle.HTML)) + "</figure>");
        } else {
          page.html(pre("output", text(data.path(MimeBundle.TEXT))));
        }
      }
    }
  }

  private static Map<String, Object> figure(JsonNode data) {
    return JSON.convertValue(data.path(MimeBundle.PLOTLY), new TypeReference<>() {});
  }

  private static String pre(String style, String text) {
    String plain = COLOURS.matcher(text).replaceAll("");
    return "<pre class=\"" + style + "\">" + TableHtml.escape(plain) + "</pre>";
  }

  private static String text(JsonNode node) {
    if (!node.isArray()) {
      return node.asText();
    }
    StringBuilder text = new StringBuilder();
    node.forEach(line -> text.append(line.asText()));
    return text.toString();
  }

  /** Turns the file's figures into pictures, which viewers without scripts show as well. */
  void keepAsPictures() throws IOException {
    for (JsonNode cell : root.path("cells")) {
      for (JsonNode output : cell.path("outputs")) {
        if (output.path("data") instanceof ObjectNode data
            && data.has(MimeBundle.PLOTLY)
            && PngFigure.draws(figure(data))) {
          byte[] png = PngFigure.of(figure(data));
          data.remove(MimeBundle.PLOTLY);
          data.put(MimeBundle.PNG, Base64.getEncoder().encodeToString(png));
        }
      }
    }
    JSON.writeValue(notebook.toFile(), root);
  }
}
