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
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Figure;

/**
 * One page of a report: text, tables and figures that can be touched, without any network. The
 * script that draws the figures is copied beside the page once.
 */
public final class HtmlReport {

  private static final String SCRIPT =
      "/META-INF/resources/webjars/plotly.js-dist/2.35.3/plotly.js";
  private static final String SCRIPT_FILE = "plotly.js";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String title;
  private final StringBuilder body = new StringBuilder();
  private int figures;

  public HtmlReport(String title) {
    this.title = title;
  }

  /** A heading. */
  public HtmlReport heading(String text) {
    body.append("<h2>").append(TableHtml.escape(text)).append("</h2>\n");
    return this;
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

  /** A table with its caption. */
  public HtmlReport table(String caption, Table table) {
    body.append("<figure class=\"table\"><figcaption>").append(TableHtml.escape(caption));
    body.append("</figcaption>").append(TableHtml.of(table)).append("</figure>\n");
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
      // A "</" inside a script would end it.
      data = JSON.writeValueAsString(json).replace("</", "<\\/");
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("A figure cannot be written as JSON.", impossible);
    }
    body.append("<figure><div id=\"").append(id).append("\"></div><script>draw(\"").append(id);
    body.append("\", ").append(data).append(");</script>");
    if (!caption.isEmpty()) {
      body.append("<figcaption>").append(TableHtml.escape(caption)).append("</figcaption>");
    }
    body.append("</figure>\n");
    return this;
  }

  /**
   * Writes the page, and the script beside it if it is not there.
   *
   * @return the page
   */
  public Path write(Path folder, String file) throws IOException {
    Files.createDirectories(folder);
    Path script = folder.resolve(SCRIPT_FILE);
    if (!Files.exists(script)) {
      try (InputStream in = HtmlReport.class.getResourceAsStream(SCRIPT)) {
        if (in == null) {
          throw new FileNotFoundException("The library folder lacks plotly.js. Build it again.");
        }
        Files.copy(in, script, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Path page = folder.resolve(file);
    Files.writeString(page, page(), StandardCharsets.UTF_8);
    return page;
  }

  private String page() {
    String escaped = TableHtml.escape(title);
    return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s</title>
        <style>
        :root { color-scheme: light dark; --ink: #1c2733; --soft: #5b6b7b; --line: #d9e0e7; --ground: #fff; --code: #f5f7f9; --accent: #0072b2; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e4e9ee; --soft: #9aa8b6; --line: #34404c; --ground: #14191f; --code: #1d242c; --accent: #56b4e9; } }
        body { font: 16px/1.6 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; color: var(--ink); background: var(--ground); max-width: 56rem; margin: 2.5rem auto 5rem; padding: 0 1.25rem; }
        h1 { font-size: 1.9rem; line-height: 1.25; margin-bottom: .25em; } h2 { font-size: 1.35rem; margin: 2.2em 0 .5em; border-bottom: 1px solid var(--line); padding-bottom: .2em; } h3 { font-size: 1.1rem; }
        a { color: var(--accent); } figure { margin: 1.4em 0; overflow-x: auto; } figcaption { color: var(--soft); font-size: .92rem; margin: .4em 0; }
        table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; } th, td { padding: .35em .8em; border-bottom: 1px solid var(--line); } thead th { border-bottom: 2px solid var(--soft); }
        pre { background: var(--code); padding: .8em 1em; overflow-x: auto; border-radius: 6px; font: 13.5px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; } code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .92em; }
        pre.output { white-space: pre-wrap; background: none; border-left: 3px solid var(--line); border-radius: 0; } pre.error { border-left-color: #d55e00; } img { max-width: 100%%; } .note { color: var(--soft); }
        @media print { body { margin: 0; max-width: none; } }
        </style>
        <script src="%s"></script>
        <script>
        function draw(id, figure) {
          const dark = matchMedia("(prefers-color-scheme: dark)").matches;
          const ink = dark ? "#e4e9ee" : "#1c2733", line = dark ? "#34404c" : "#d9e0e7";
          const axis = { gridcolor: line, zerolinecolor: line, linecolor: ink, automargin: true };
          const layout = Object.assign({}, figure.layout, { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { color: ink, size: 13 } });
          layout.xaxis = Object.assign({}, axis, layout.xaxis); layout.yaxis = Object.assign({}, axis, layout.yaxis);
          Plotly.newPlot(id, figure.data, layout, { displaylogo: false, responsive: true });
        }
        </script>
        </head>
        <body>
        <h1>%s</h1>
        %s
        </body>
        </html>
        """
        .formatted(escaped, SCRIPT_FILE, escaped, body);
  }
}
