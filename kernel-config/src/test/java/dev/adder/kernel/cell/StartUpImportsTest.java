package dev.adder.kernel.cell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StartUpImportsTest {

  @Test
  void types_are_shown_without_imported_packages() {
    assertThat(
            StartUpImports.shortened(
                "dev.adder.PretrainedModel dev.adder.Ssm.load(java.util.function.Function<java.util.Map.Entry, java.net.URI>, xjava.util.List)"))
        .isEqualTo("PretrainedModel Ssm.load(Function<Map.Entry, java.net.URI>, xjava.util.List)");
    assertThat(StartUpImports.shortened("tech.tablesaw.api.Table[]")).isEqualTo("Table[]");
  }

  @Test
  void a_notebook_may_import_again_what_is_there() {
    List<String> lines = StartUpImports.SOURCE.lines().toList();
    try (CellEvaluator evaluator = new CellEvaluator()) {
      for (String line : lines.subList(1, lines.size())) {
        assertThat(evaluator.evaluate(line, 1).error()).as(line).isNull();
        CellResult result =
            evaluator.evaluate(
                "List.of(Path.of(\"a\"), new StringReader(\"\"), Table.create(\"t\"), percent(1.0), Stream.of(1), Optional.of(2), TrainingSettings.PAPER).size()",
                2);
        assertThat(result.error()).as("after %s", line).isNull();
        assertThat(result.value()).isEqualTo(7);
      }
    }
  }
}
