package dev.adder.notebook;

import dev.adder.paper.claims.Counterexample;
import dev.adder.paper.claims.Hypothesis;
import dev.adder.paper.claims.Instance;
import dev.adder.paper.claims.Place;
import dev.adder.paper.claims.Statement;
import dev.adder.paper.claims.Verdict;
import dev.adder.report.TableHtml;
import java.util.stream.Collectors;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Claims and what came out of them, with formulas that MathJax sets. */
final class ClaimHtml {

  private ClaimHtml() {}

  /** The precise form, the formula, the hypotheses, and where the paper has it. */
  static MimeBundle of(Statement statement) {
    StringBuilder html = new StringBuilder();
    html.append("<p><strong>").append(escape(statement.id() + ". " + statement.title()));
    html.append("</strong></p><p>").append(escape(statement.says())).append("</p>");
    for (String line : statement.formula().split("\\\\qquad")) {
      html.append("<p>$$").append(escape(line.strip())).append("$$</p>");
    }
    html.append("<ul>");
    for (Hypothesis hypothesis : statement.hypotheses()) {
      html.append("<li><em>").append(escape(hypothesis.name())).append("</em>: ");
      html.append(escape(hypothesis.says())).append("</li>");
    }
    html.append("</ul>");
    if (!statement.recalled().isEmpty()) {
      html.append("<p>The paper is recalled to say: ").append(escape(statement.recalled()));
      html.append("</p>");
    }
    html.append("<p>Where: ").append(escape(places(statement))).append(".</p>");
    return MimeBundle.html(html.toString(), text(statement));
  }

  private static String places(Statement statement) {
    return statement.places().stream().map(Place::shown).collect(Collectors.joining("; "));
  }

  private static String text(Statement statement) {
    String hypotheses =
        statement.hypotheses().stream()
            .map(h -> "  " + h.name() + ": " + h.says())
            .collect(Collectors.joining("\n"));
    return "%s. %s\n%s\nHypotheses:\n%s\nWhere: %s."
        .formatted(
            statement.id(), statement.title(), statement.says(), hypotheses, places(statement));
  }

  /** What came out, size by size and control by control. */
  static MimeBundle of(Verdict verdict) {
    boolean good = verdict.dropped().isEmpty() ? verdict.asItShould() : verdict.holds();
    StringBuilder html = new StringBuilder();
    html.append("<p>").append(good ? "✓" : "✗").append(" <strong>");
    html.append(escape(verdict.statement().id() + ". " + verdict.statement().title()));
    html.append("</strong><br>").append(escape(verdict.summary())).append("</p>");
    html.append(TableHtml.of(verdict.sizes()));
    if (!verdict.controls().isEmpty()) {
      html.append(TableHtml.of(verdict.controlTable()));
    }
    html.append("<p>Worst: ").append(escape(verdict.worst().toString())).append("</p>");
    String text = verdict + "\n" + verdict.sizes().print();
    if (!verdict.controls().isEmpty()) {
      text += "\n" + verdict.controlTable().print();
    }
    return MimeBundle.html(html.toString(), text);
  }

  /** How far the two sides of each conclusion are apart. */
  static MimeBundle of(Instance instance) {
    StringColumn conclusion = StringColumn.create("conclusion");
    DoubleColumn error = DoubleColumn.create("error");
    instance
        .errors()
        .forEach(
            (name, value) -> {
              conclusion.append(name);
              error.append(value);
            });
    Table errors = Table.create("Errors", conclusion, error);
    String matrices = "Matrices: " + String.join(", ", instance.matrices());
    return MimeBundle.html(
        "<p>%s</p>%s<p>%s</p>"
            .formatted(escape(instance.toString()), TableHtml.of(errors), escape(matrices)),
        instance + "\n" + errors.print() + "\n" + matrices);
  }

  /** What was found, and how the search came to it. */
  static MimeBundle of(Counterexample counterexample) {
    String html =
        "<p>"
            + (counterexample.found() ? "✗ " : "✓ ")
            + escape(counterexample.toString())
            + "</p>"
            + TableHtml.of(counterexample.table());
    return MimeBundle.html(html, counterexample + "\n" + counterexample.table().print());
  }

  private static String escape(String text) {
    return TableHtml.escape(text);
  }
}
