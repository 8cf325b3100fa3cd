package dev.adder.report;

import dev.adder.evaluation.Evaluation;
import java.util.List;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Scores, one evaluation a row. */
public final class ScoreTable {

  private ScoreTable() {}

  public static Table of(Evaluation... evaluations) {
    return of(List.of(evaluations));
  }

  /** One row per evaluation: the score both ways, and how many answers were no class. */
  public static Table of(List<Evaluation> evaluations) {
    StringColumn task = StringColumn.create("task");
    StringColumn metric = StringColumn.create("metric");
    DoubleColumn score = DoubleColumn.create("score");
    DoubleColumn strict = DoubleColumn.create("strict score");
    IntColumn examples = IntColumn.create("examples");
    IntColumn outOfClass = IntColumn.create("out of class");
    for (Evaluation evaluation : evaluations) {
      task.append(evaluation.task());
      metric.append(evaluation.metric());
      score.append(evaluation.score());
      strict.append(evaluation.strictScore());
      examples.append(evaluation.examples());
      outOfClass.append(evaluation.outOfClass());
    }
    return Table.create("Scores", task, metric, score, strict, examples, outOfClass);
  }
}
