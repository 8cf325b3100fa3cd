package dev.adder.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.adder.report.PlotlyJson;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Table;

class ResultsTest {

  private static final CellResult.Run RUN =
      new CellResult.Run(
          "2026-01-01T00:00:00Z", 12.5, "17", "2.7.1", "cpu", "0.1.0", "0ca3b8c", 500);

  @TempDir private Path folder;
  private ResultFiles files;

  @BeforeEach
  void open() {
    files = new ResultFiles(folder);
  }

  private static CellResult cell(
      String row, double rate, long seed, double validation, double test) {
    return new CellResult(
        "sdlora-vs-lora",
        row,
        row,
        "quick-rte",
        "QUICK",
        rate,
        seed,
        30,
        1000,
        240,
        0.5,
        validation,
        test,
        test,
        0,
        "abc",
        "def",
        RUN);
  }

  private static CellResult later(CellResult cell) {
    return new CellResult(
        cell.experiment(),
        cell.row(),
        cell.method(),
        cell.task(),
        cell.scale(),
        cell.learningRate(),
        cell.seed(),
        cell.trainedParameters(),
        cell.totalParameters(),
        cell.steps(),
        cell.finalLoss(),
        cell.validation(),
        cell.test(),
        cell.testStrict(),
        cell.outOfClass(),
        cell.model(),
        cell.data(),
        new CellResult.Run(
            "2027-01-01T00:00:00Z", 99, "25", "2.7.1", "cpu", "0.1.0", "0ca3b8c", 500));
  }

  private Path only() throws IOException {
    try (var list = Files.walk(folder)) {
      List<Path> found = list.filter(Files::isRegularFile).toList();
      assertThat(found).hasSize(1);
      return found.get(0);
    }
  }

  @Test
  void what_is_written_is_read_to_the_bit() throws IOException {
    CellResult cell = cell("lora-r2", 0.1 + 0.2, 1, 1.0 / 3, Math.nextUp(0.7));
    files.write(cell);
    assertThat(files.find("sdlora-vs-lora", "lora-r2", 0.1 + 0.2, 1)).contains(cell);
    assertThat(files.all("sdlora-vs-lora")).containsExactly(cell);
    assertThat(only().getFileName()).hasToString("lora-r2-rate-0.30000000000000004-seed-1.json");
  }

  @Test
  void what_is_not_there_is_empty() throws IOException {
    assertThat(files.find("sdlora-vs-lora", "lora-r2", 0.001, 1)).isEmpty();
    assertThat(files.all("sdlora-vs-lora")).isEmpty();
  }

  @Test
  void a_cell_is_written_once() throws IOException {
    CellResult cell = cell("lora-r2", 0.001, 1, 0.6, 0.7);
    files.write(cell);
    files.write(later(cell));
    assertThat(files.all("sdlora-vs-lora")).containsExactly(cell);
    CellResult other = cell("lora-r2", 0.001, 1, 0.6, 0.71);
    assertThatThrownBy(() -> files.write(other))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("holds another result for this cell (test 0.7, now 0.71). Delete it");
    assertThat(files.all("sdlora-vs-lora")).containsExactly(cell);
    files.replace(other);
    assertThat(files.all("sdlora-vs-lora")).containsExactly(other);
  }

  @Test
  void a_torn_file_is_named_with_a_way_out() throws IOException {
    files.write(cell("lora-r2", 0.001, 1, 0.6, 0.7));
    Path file = only();
    String whole = Files.readString(file);
    Files.writeString(file, whole.substring(0, whole.length() / 2));
    assertThatThrownBy(() -> files.all("sdlora-vs-lora"))
        .hasMessageStartingWith(file + " is no result: ")
        .hasMessageEndingWith("Delete it and run the experiment again.");
  }

  @Test
  void missing_unknown_and_null_fields_are_refused() throws IOException {
    files.write(cell("lora-r2", 0.001, 1, 0.6, 0.7));
    Path file = only();
    String whole = Files.readString(file);
    for (String broken :
        List.of(
            whole.replaceFirst("\"test\" : 0.7,", ""),
            whole.replaceFirst("\"test\" :", "\"score\" : 1, \"test\" :"),
            whole.replaceFirst("\"task\" : \"quick-rte\"", "\"task\" : null"),
            whole + "{}")) {
      assertThat(broken).isNotEqualTo(whole);
      Files.writeString(file, broken);
      assertThatThrownBy(() -> files.all("sdlora-vs-lora"))
          .as(broken)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is no result");
    }
  }

  @Test
  void a_temporary_file_left_by_a_killed_run_is_not_read() throws IOException {
    CellResult cell = cell("lora-r2", 0.001, 1, 0.6, 0.7);
    files.write(cell);
    Files.writeString(only().resolveSibling("lora-r2.json.1.part"), "{");
    assertThat(files.all("sdlora-vs-lora")).containsExactly(cell);
  }

  @Test
  void results_are_compared_without_when_and_where() {
    CellResult a = cell("lora-r2", 0.001, 1, 0.6, 0.7);
    CellResult b = cell("lora-r3", 0.001, 1, 0.6, 0.7);
    assertThat(ResultFiles.compare(List.of(a, b), List.of(later(a), later(b))))
        .isEqualTo("All 2 cells equal the kept results to the bit.");
    assertThat(ResultFiles.compare(List.of(a, b), List.of(a, cell("lora-r3", 0.001, 1, 0.6, 0.75))))
        .startsWith(
            "1 of 2 cells equal the kept results to the bit; the others differ by up to 0.050");
    assertThat(ResultFiles.compare(List.of(a), List.of()))
        .isEqualTo("No kept results to compare with.");
  }

  private static Comparison comparison() throws IOException {
    Grid grid = Grid.named("sdlora-vs-lora");
    double low = grid.quick().learningRates().get(0);
    double high = grid.quick().learningRates().get(1);
    List<CellResult> cells = new ArrayList<>();
    for (long seed = 1; seed <= 3; seed++) {
      // Better on test at the low rate, on validation at the high one: validation decides.
      cells.add(cell("lora-r2", low, seed, 0.60, 0.9));
      cells.add(cell("lora-r2", high, seed, 0.61, 0.5 + 0.1 * seed));
      // Equal on validation: the smaller rate is taken.
      cells.add(cell("sdlora-s25", high, seed, 0.65, 0.1));
      cells.add(cell("sdlora-s25", low, seed, 0.65, 0.8));
    }
    return new Comparison(grid, cells);
  }

  @Test
  void the_rate_is_chosen_on_validation_never_on_test() throws IOException {
    List<Comparison.Line> lines = comparison().lines();
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0).learningRate())
        .isEqualTo(Grid.named("sdlora-vs-lora").quick().learningRates().get(1));
    assertThat(lines.get(0).test()).isCloseTo(0.7, within(1e-12));
    assertThat(lines.get(0).spread()).isCloseTo(0.1, within(1e-12));
    assertThat(lines.get(1).learningRate())
        .isEqualTo(Grid.named("sdlora-vs-lora").quick().learningRates().get(0));
    assertThat(lines.get(1).spread()).isCloseTo(0, within(1e-12));
  }

  @Test
  void the_table_has_mean_and_spread() throws IOException {
    Table table = comparison().table();
    assertThat(table.stringColumn("test (mean ± sd)").asList())
        .containsExactly("0.700 ± 0.100", "0.800 ± 0.000");
    assertThat(table.doubleColumn("trained %").get(0)).isEqualTo(3.0);
    assertThat(table.columnNames()).doesNotContain("paper");
  }

  @Test
  void the_papers_number_stands_beside_ours_with_its_certainty_or_blank() throws IOException {
    ReportedNumbers reported =
        ReportedNumbers.read(
            new StringReader(
                """
                edition,table,model,row,part,column,value,certainty,source,note
                v1,5,mamba-130m,lora-r2,,RTE,67.5,memory,,
                v1,5,mamba-130m,sdlora-s25,,RTE,,unknown,,
                """));
    Table table = comparison().beside(reported).table();
    assertThat(table.stringColumn("paper").get(0)).isEqualTo("67.5 (memory)");
    assertThat(table.stringColumn("paper").isMissing(1)).isTrue();
  }

  @Test
  void the_scores_of_the_grids_rows_are_not_known() throws IOException {
    ReportedNumbers rte =
        ReportedNumbers.load().table("v1", "5").where(n -> n.column().equals("RTE"));
    assertThat(rte.all()).hasSize(6);
    assertThat(comparison().beside(rte).table().stringColumn("paper").countMissing()).isEqualTo(2);
  }

  @Test
  void the_plot_has_the_seeds_and_the_means_with_error_bars() throws IOException {
    List<?> traces = (List<?>) PlotlyJson.of(comparison().plot()).get("data");
    assertThat(traces).hasSize(4);
    Map<?, ?> means = (Map<?, ?>) traces.get(1);
    assertThat(means.get("name")).isEqualTo("LoRA, mean ± sd");
    assertThat(means.get("x")).isEqualTo(List.of(3.0));
    List<?> bars = (List<?>) ((Map<?, ?>) means.get("error_y")).get("array");
    assertThat((Double) bars.get(0)).isCloseTo(0.1, within(1e-12));
    assertThat((List<?>) ((Map<?, ?>) traces.get(0)).get("y")).hasSize(3);
  }

  @Test
  void the_finding_says_which_way_it_came_out() throws IOException {
    assertThat(comparison().finding())
        .contains("Best SDLoRA row: ", "0.800 ± 0.000", "Best LoRA row: ", "0.700 ± 0.100");
  }
}
