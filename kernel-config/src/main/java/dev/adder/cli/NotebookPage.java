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
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
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

  /** Formulas between dollar signs; code, in which a dollar sign is one, is found first. */
  private static final Pattern MATH =
      Pattern.compile("```[\\s\\S]*?```|`[^`\\n]*`|\\$\\$[\\s\\S]+?\\$\\$|\\$[^$\\n]+\\$");

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
        page.html(markdown(page, shown));
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

  /** Formulas are kept from Markdown, to which their signs mean something else. */
  private String markdown(HtmlReport page, String source) {
    List<String> formulas = new ArrayList<>();
    String text =
        MATH.matcher(source)
            .replaceAll(
                found -> {
                  if (found.group().startsWith("`")) {
                    return Matcher.quoteReplacement(found.group());
                  }
                  formulas.add(found.group());
                  return "\uE000" + (formulas.size() - 1) + "\uE001";
                });
    String html = renderer.render(markdown.parse(text));
    for (int i = 0; i < formulas.size(); i++) {
      html = html.replace("\uE000" + i + "\uE001", TableHtml.escape(formulas.get(i)));
    }
    if (!formulas.isEmpty()) {
      page.formulas();
    }
    return html;
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
          String html = text(data.path(MimeBundle.HTML));
          if (html.contains("$$")) {
            page.formulas();
          }
          page.html("<figure class=\"table\">" + html + "</figure>");
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
        if (output.path("data") instanceof ObjectNode data && data.has(MimeBundle.PLOTLY)) {
          Optional<String> refusal = PngFigure.refusal(figure(data));
          if (refusal.isPresent()) {
            String text = text(data.path(MimeBundle.TEXT)) + ": " + refusal.get();
            data.put(MimeBundle.TEXT, text);
            data.put(MimeBundle.HTML, "<p>" + TableHtml.escape(text) + "</p>");
          } else {
            byte[] png = PngFigure.of(figure(data));
            data.remove(MimeBundle.PLOTLY);
            data.put(MimeBundle.PNG, Base64.getEncoder().encodeToString(png));
          }
        }
      }
    }
    JSON.writeValue(notebook.toFile(), root);
  }
}
