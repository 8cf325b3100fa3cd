package dev.adder.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.UUID;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Figure;

/**
 * One page of a report: text, tables and figures that can be touched, without any network. The
 * script that draws the figures is copied beside the page once. Text, captions and labels are
 * escaped; only {@link #html} is taken as it is.
 */
public final class HtmlReport {

  private static final String SCRIPT =
      "/META-INF/resources/webjars/plotly.js-dist/2.35.3/plotly.js";
  private static final String SCRIPT_FILE = "plotly.js";
  private static final String FORMULAS = "/META-INF/resources/webjars/mathjax/3.2.2/es5/tex-svg.js";
  private static final String FORMULAS_FILE = "mathjax.js";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String title;
  private final StringBuilder body = new StringBuilder();
  private int figures;
  private boolean formulas;

  public HtmlReport(String title) {
    this.title = title;
  }

  /** A page of this title; more words follow, {@link #write} is the last. */
  public static HtmlReport titled(String title) {
    return new HtmlReport(title);
  }

  /** A heading. */
  public HtmlReport heading(String text) {
    body.append("<h2>").append(TableHtml.escape(text)).append("</h2>\n");
    return this;
  }

  /** A heading and what stands below it, as HTML that the caller has made. */
  public HtmlReport section(String title, String html) {
    return heading(title).html(html);
  }

  /** A paragraph of plain text. */
  public HtmlReport paragraph(String text) {
    body.append("<p>").append(TableHtml.escape(text)).append("</p>\n");
    return this;
  }

  /** HTML as it is; for text that the caller has made. */
  public HtmlReport html(String html) {
    body.append(html).append('\n');
    return this;
  }

  /** Sets what stands between dollar signs as formulas; needs no network either. */
  public HtmlReport formulas() {
    formulas = true;
    return this;
  }

  /** A box that says where the page comes from: name and value, in the map's order. */
  public HtmlReport provenance(Map<String, String> facts) {
    body.append("<dl class=\"provenance\" aria-label=\"Provenance\">");
    facts.forEach(
        (name, value) ->
            body.append("<div><dt>")
                .append(TableHtml.escape(name))
                .append("</dt><dd>")
                .append(TableHtml.escape(value))
                .append("</dd></div>"));
    body.append("</dl>\n");
    return this;
  }

  /** A line that leads to another page, relative to this one. */
  public HtmlReport link(String text, String page) {
    body.append("<p><a href=\"").append(TableHtml.escape(page)).append("\">");
    body.append(TableHtml.escape(text)).append("</a></p>\n");
    return this;
  }

  /** Java code, its words lightly coloured. */
  public HtmlReport code(String java) {
    body.append("<pre><code>").append(JavaHtml.of(java)).append("</code></pre>\n");
    return this;
  }

  /** A table with its caption. */
  public HtmlReport table(String caption, Table table) {
    String id = "table-" + figures++;
    body.append("<figure class=\"table\" tabindex=\"0\" role=\"group\" aria-labelledby=\"");
    body.append(id).append("\"><figcaption id=\"").append(id).append("\">");
    body.append(TableHtml.escape(caption)).append("</figcaption>");
    body.append(TableHtml.of(table)).append("</figure>\n");
    return this;
  }

  /** A Tablesaw figure with its caption. */
  public HtmlReport figure(String caption, Figure figure) {
    return figure(caption, PlotlyJson.of(figure));
  }

  /**
   * A figure with its caption.
   *
   * @param json Plotly's data and layout
   */
  public HtmlReport figure(String caption, Map<String, Object> json) {
    String id = "figure-" + figures++;
    String data;
    try {
      // A "<" inside a script could end it, or begin a comment.
      data = JSON.writeValueAsString(json).replace("<", "\\u003c");
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("A figure cannot be written as JSON.", impossible);
    }
    body.append("<figure class=\"plot\"><div id=\"").append(id).append("\" role=\"img\" ");
    body.append("aria-label=\"").append(label(caption, json)).append("\"></div><script>draw(\"");
    body.append(id).append("\", ").append(data).append(");</script>");
    if (!caption.isEmpty()) {
      body.append("<figcaption>").append(TableHtml.escape(caption)).append("</figcaption>");
    }
    body.append("</figure>\n");
    return this;
  }

  /** What a figure is called for those who do not see it. */
  private static String label(String caption, Map<String, Object> json) {
    Object layout = json.get("layout");
    Object title = layout instanceof Map<?, ?> map ? map.get("title") : null;
    Object text = title instanceof Map<?, ?> map ? map.get("text") : null;
    String name = text == null ? "Figure" : PlotlyJson.plain(text.toString());
    return TableHtml.escape(caption.isEmpty() ? name : name + ". " + caption);
  }

  /** Writes the page as {@code index.html}, and the script beside it. */
  public Path write(Path folder) throws IOException {
    return write(folder, "index.html");
  }

  /**
   * Writes the page, and the script beside it if it is not there.
   *
   * @return the page
   */
  public Path write(Path folder, String file) throws IOException {
    Files.createDirectories(folder);
    copyScript(SCRIPT, folder.resolve(SCRIPT_FILE));
    if (formulas) {
      copyScript(FORMULAS, folder.resolve(FORMULAS_FILE));
    }
    Path page = folder.resolve(file);
    Files.writeString(page, page(), StandardCharsets.UTF_8);
    return page;
  }

  /**
   * Copies a script that is not there yet, in one move, so that an interrupted copy is never taken
   * for it.
   */
  private static void copyScript(String resource, Path script) throws IOException {
    if (Files.exists(script)) {
      return;
    }
    try (InputStream in = HtmlReport.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new FileNotFoundException(
            "The library folder lacks %s. Build it again.".formatted(script.getFileName()));
      }
      Path beside = script.resolveSibling(script.getFileName() + "." + UUID.randomUUID() + ".part");
      Files.copy(in, beside);
      Files.move(beside, script, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private String page() throws IOException {
    String escaped = TableHtml.escape(title);
    return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s</title>
        <style>
        %s</style>
        <script src="%s"></script>
        <script>
        %s</script>
        %s</head>
        <body>
        <main>
        <h1>%s</h1>
        %s
        </main>
        </body>
        </html>
        """
        .formatted(
            escaped, part("report.css"), SCRIPT_FILE, part("report.js"), math(), escaped, body);
  }

  private String math() {
    return formulas
        ? """
          <script>MathJax = { tex: { inlineMath: [["$", "$"]] }, svg: { fontCache: "global" } };</script>
          <script src="%s"></script>
          """
            .formatted(FORMULAS_FILE)
        : "";
  }

  private static String part(String name) throws IOException {
    try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new FileNotFoundException("The toolkit's jar lacks " + name + ". Build it again.");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
