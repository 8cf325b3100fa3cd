package dev.adder.report;

import dev.adder.evaluation.Evaluation;
import dev.adder.evaluation.Score;
import java.util.List;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Scores, one a row. */
public final class ScoreTable {

  private ScoreTable() {}

  public static Table of(Evaluation... evaluations) {
    return of(List.of(evaluations));
  }

  /**
   * One row per score: its value both ways, how many answers were no class, and exactly what was
   * computed.
   */
  public static Table of(List<Evaluation> evaluations) {
    StringColumn task = StringColumn.create("task");
    StringColumn metric = StringColumn.create("metric");
    DoubleColumn value = DoubleColumn.create("score");
    DoubleColumn strict = DoubleColumn.create("strict score");
    IntColumn examples = IntColumn.create("examples");
    IntColumn outOfClass = IntColumn.create("out of class");
    StringColumn variant = StringColumn.create("variant");
    for (Evaluation evaluation : evaluations) {
      for (Score score : evaluation.scores()) {
        task.append(evaluation.task());
        metric.append(score.metric());
        value.append(score.value());
        strict.append(score.strictValue());
        examples.append(evaluation.examples());
        outOfClass.append(evaluation.outOfClass());
        variant.append(score.variant());
      }
    }
    return Table.create("Scores", task, metric, value, strict, examples, outOfClass, variant);
  }
}
