package dev.adder.paper;

import java.util.List;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Every task in a line of a table. */
final class DataTable {

  private DataTable() {}

  static Table of(List<TaskLine> lines) {
    StringColumn task = StringColumn.create("task");
    StringColumn state = StringColumn.create("state");
    IntColumn train = IntColumn.create("train");
    IntColumn validation = IntColumn.create("validation");
    IntColumn test = IntColumn.create("test");
    StringColumn metrics = StringColumn.create("metrics");
    StringColumn licence = StringColumn.create("licence");
    StringColumn citation = StringColumn.create("cite");
    for (TaskLine line : lines) {
      task.append(line.task());
      state.append(line.state());
      append(train, line.sizes().train());
      append(validation, line.sizes().validation());
      append(test, line.sizes().test());
      metrics.append(String.join(", ", line.metrics()));
      licence.append(line.licence());
      citation.append(line.citation());
    }
    return Table.create(
        "Data sets", task, state, train, validation, test, metrics, licence, citation);
  }

  /** What is not known stays empty. */
  private static void append(IntColumn column, int examples) {
    if (examples == 0) {
      column.appendMissing();
    } else {
      column.append(examples);
    }
  }
}
