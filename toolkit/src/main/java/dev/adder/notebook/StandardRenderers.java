package dev.adder.notebook;

import dev.adder.Adaptation;
import dev.adder.adapter.TargetReport;
import dev.adder.report.LossPlot;
import dev.adder.report.ParameterTable;
import dev.adder.report.PlotlyJson;
import dev.adder.report.PngFigure;
import dev.adder.report.TableHtml;
import dev.adder.training.TrainingLog;
import java.util.Base64;
import java.util.Map;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Figure;

/**
 * How Adder's types, tables and figures show themselves.
 *
 * <p>A figure is Plotly's JSON where somebody can touch it, and a PNG where the notebook is kept:
 * environment {@code ADDER_FIGURES} is {@code interactive} (if not set) or {@code static}. Never
 * both in one bundle, since JupyterLab prefers the PNG.
 */
final class StandardRenderers {

  private StandardRenderers() {}

  static void registerAll() {
    Renderers.register(Table.class, StandardRenderers::table);
    Renderers.register(Figure.class, StandardRenderers::figure);
    Renderers.register(TargetReport.class, report -> table(ParameterTable.summary(report)));
    Renderers.register(
        Adaptation.class,
        adaptation -> {
          MimeBundle table = table(ParameterTable.summary(adaptation.parameters()));
          String heading = "<p>" + TableHtml.escape(adaptation.toString()) + "</p>";
          return MimeBundle.html(
              heading + table.data().get(MimeBundle.HTML), adaptation.toString());
        });
    Renderers.register(TrainingLog.class, log -> figure(LossPlot.of(log)));
  }

  private static MimeBundle table(Table table) {
    return MimeBundle.html(TableHtml.of(table), table.printAll());
  }

  private static MimeBundle figure(Figure figure) {
    Map<String, Object> json = PlotlyJson.of(figure);
    MimeBundle text = MimeBundle.text(title(json));
    return "static".equals(System.getenv("ADDER_FIGURES"))
        ? text.with(MimeBundle.PNG, Base64.getEncoder().encodeToString(PngFigure.of(json)))
        : text.with(MimeBundle.PLOTLY, json);
  }

  private static String title(Map<String, Object> json) {
    Object title = ((Map<?, ?>) json.get("layout")).get("title");
    return title instanceof Map<?, ?> map ? "Figure: " + map.get("text") : "Figure";
  }
}
