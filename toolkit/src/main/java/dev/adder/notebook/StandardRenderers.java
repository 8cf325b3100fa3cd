package dev.adder.notebook;

import dev.adder.Adaptation;
import dev.adder.adapter.DimensionSelection;
import dev.adder.adapter.TargetReport;
import dev.adder.data.ExampleView;
import dev.adder.evaluation.Evaluation;
import dev.adder.paper.Comparison;
import dev.adder.paper.MeasuredTwins;
import dev.adder.paper.ReportedNumbers;
import dev.adder.paper.claims.Claim;
import dev.adder.paper.claims.Counterexample;
import dev.adder.paper.claims.Instance;
import dev.adder.paper.claims.Statement;
import dev.adder.paper.claims.Verdict;
import dev.adder.report.LossPlot;
import dev.adder.report.ParameterTable;
import dev.adder.report.PlotlyJson;
import dev.adder.report.PngFigure;
import dev.adder.report.ScoreTable;
import dev.adder.report.SelectionHeatmap;
import dev.adder.report.TableHtml;
import dev.adder.training.TrainingLog;
import java.awt.image.BufferedImage;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;
import org.hipparchus.linear.RealMatrix;
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

  private static final int TEXT_ROWS = 60;

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
    Renderers.register(TrainingLog.class, StandardRenderers::log);
    Renderers.register(Evaluation.class, evaluation -> table(ScoreTable.of(evaluation)));
    Renderers.register(
        DimensionSelection.class, selection -> figure(SelectionHeatmap.of(selection)));
    Renderers.register(Comparison.class, comparison -> table(comparison.table()));
    Renderers.register(ReportedNumbers.class, numbers -> table(numbers.asTable()));
    Renderers.register(ExampleView.class, ExampleHtml::of);
    Renderers.register(MeasuredTwins.class, StandardRenderers::twins);
    Renderers.register(BufferedImage.class, PicturePng::of);
    Renderers.register(Statement.class, ClaimHtml::of);
    Renderers.register(Claim.class, claim -> ClaimHtml.of(claim.statement()));
    Renderers.register(Verdict.class, ClaimHtml::of);
    Renderers.register(Counterexample.class, ClaimHtml::of);
    Renderers.register(Instance.class, ClaimHtml::of);
    Renderers.register(RealMatrix.class, MatrixHtml::of);
  }

  private static MimeBundle table(Table table) {
    return MimeBundle.html(TableHtml.of(table), table.print(TEXT_ROWS));
  }

  private static MimeBundle twins(MeasuredTwins twins) {
    if (twins.cards().isEmpty()) {
      return MimeBundle.text(twins.toString());
    }
    return MimeBundle.html(
        twins.tables().stream().map(TableHtml::of).collect(Collectors.joining()), twins.toString());
  }

  /** A run without a step has no curve. */
  private static MimeBundle log(TrainingLog log) {
    return log.steps().isEmpty()
        ? MimeBundle.text("Training log \"%s\" without a step".formatted(log.phase()))
        : figure(LossPlot.of(log));
  }

  private static MimeBundle figure(Figure figure) {
    return figure(figure, "static".equals(Environment.get("ADDER_FIGURES")));
  }

  /**
   * A figure of which no picture is drawn stays live, and says so where no script runs.
   *
   * @param still whether a picture is wanted
   */
  static MimeBundle figure(Figure figure, boolean still) {
    Map<String, Object> json = PlotlyJson.of(figure);
    if (!still) {
      return MimeBundle.text(title(json)).with(MimeBundle.PLOTLY, json);
    }
    return PngFigure.refusal(json)
        .map(
            sentence ->
                MimeBundle.html(
                        "<p>%s: %s</p>"
                            .formatted(TableHtml.escape(title(json)), TableHtml.escape(sentence)),
                        title(json) + ": " + sentence)
                    .with(MimeBundle.PLOTLY, json))
        .orElseGet(
            () ->
                MimeBundle.text(title(json))
                    .with(MimeBundle.PNG, Base64.getEncoder().encodeToString(PngFigure.of(json))));
  }

  private static String title(Map<String, Object> json) {
    Object title = ((Map<?, ?>) json.get("layout")).get("title");
    return title instanceof Map<?, ?> map
        ? "Figure: " + PlotlyJson.plain(String.valueOf(map.get("text")))
        : "Figure";
  }
}
