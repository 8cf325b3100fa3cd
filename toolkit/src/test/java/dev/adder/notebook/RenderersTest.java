package dev.adder.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.adder.adapter.TargetReport;
import dev.adder.data.DataSet;
import dev.adder.data.Example;
import dev.adder.data.QuickTwin;
import dev.adder.data.Task;
import dev.adder.data.Tokens;
import dev.adder.evaluation.Evaluation;
import dev.adder.evaluation.Score;
import dev.adder.paper.MeasuredTwins;
import dev.adder.paper.ReportedNumbers;
import dev.adder.paper.TwinCard;
import dev.adder.paper.TwinTuning;
import dev.adder.paper.claims.Claims;
import dev.adder.report.LossPlot;
import dev.adder.training.ProgressListener;
import dev.adder.training.TrainingLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.hipparchus.linear.MatrixUtils;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.traces.Scatter3DTrace;

class RenderersTest {

  private static final TrainingLog LOG =
      new TrainingLog("main", List.of(new TrainingLog.Step(1, 0.7, 1e-3, 1, 0.1)), List.of());

  @Test
  void a_table_is_html_with_a_text_beside_it() {
    MimeBundle bundle =
        Renderers.render(Table.create("t", StringColumn.create("method", "LoRA <r>")));
    assertThat(bundle.data().get(MimeBundle.HTML).toString())
        .contains("class=\"dataframe\"", "LoRA &lt;r&gt;");
    assertThat(bundle.data().get(MimeBundle.TEXT).toString()).contains("LoRA <r>");
  }

  @Test
  void a_live_figure_is_plotlys_json_and_no_picture() {
    MimeBundle bundle = StandardRenderers.figure(LossPlot.of(LOG), false);
    assertThat(bundle.data()).containsOnlyKeys(MimeBundle.TEXT, MimeBundle.PLOTLY);
    assertThat((Map<?, ?>) bundle.data().get(MimeBundle.PLOTLY)).hasSize(2);
    assertThat(bundle.data()).containsEntry(MimeBundle.TEXT, "Figure: Training loss");
  }

  @Test
  void a_kept_figure_is_a_picture_and_no_json() {
    MimeBundle bundle = StandardRenderers.figure(LossPlot.of(LOG), true);
    assertThat(bundle.data()).containsOnlyKeys(MimeBundle.TEXT, MimeBundle.PNG);
    assertThat(Base64.getDecoder().decode(bundle.data().get(MimeBundle.PNG).toString()))
        .startsWith(0x89, 'P', 'N', 'G');
  }

  @Test
  void a_kept_figure_of_which_no_picture_is_drawn_stays_live_and_says_so() {
    double[] x = {1, 2};
    Figure space =
        new Figure(
            Layout.builder("<3D>").build(),
            Scatter3DTrace.builder(
                    DoubleColumn.create("x", x),
                    DoubleColumn.create("y", x),
                    DoubleColumn.create("z", x))
                .build());
    String sentence =
        ": This figure has points in three dimensions, of which no picture is drawn: it is shown"
            + " live, in JupyterLab and on the page of ./adder run-notebook --html.";
    assertThat(StandardRenderers.figure(space, true).data())
        .containsOnlyKeys(MimeBundle.TEXT, MimeBundle.HTML, MimeBundle.PLOTLY)
        .containsEntry(MimeBundle.TEXT, "Figure: <3D>" + sentence)
        .containsEntry(MimeBundle.HTML, "<p>Figure: &lt;3D&gt;" + sentence + "</p>");
  }

  @Test
  void results_show_themselves_without_registration() {
    assertThat(Renderers.render(LOG).data()).containsKey(MimeBundle.PLOTLY);
    TargetReport report =
        new TargetReport(
            "LoRA",
            List.of(
                new TargetReport.Row(
                    "backbone.layers.0.mixer.D", List.of(8L), "", 0, 8, OptionalDouble.empty())));
    assertThat(Renderers.render(report).data().get(MimeBundle.HTML).toString()).contains("frozen");
    assertThat(
            Renderers.render(
                    new Evaluation(
                        "rte", List.of(new Score("accuracy", "share", 1, 1)), 2, 0, List.of()))
                .data())
        .containsKey(MimeBundle.HTML);
    assertThat(
            Renderers.render(ReportedNumbers.load().table("v3", "1")).data().get(MimeBundle.HTML))
        .asString()
        .contains("81.2", "search");
  }

  @Test
  void a_claim_shows_its_formula_and_its_verdict_what_came_out() {
    var claim = Claims.zeroedRowPrunesState().trials(2);
    MimeBundle statement = Renderers.render(claim);
    assertThat(statement.data().get(MimeBundle.HTML).toString())
        .contains("$$W_C[i,:] = 0", "<em>a zeroed row</em>", "(derived)");
    assertThat(statement.data().get(MimeBundle.TEXT).toString())
        .startsWith("T6b. Zeroing a row of W_B or W_C")
        .contains("a zeroed row: a row of W_B or W_C is zeroed");
    MimeBundle verdict = Renderers.render(claim.check());
    assertThat(verdict.data().get(MimeBundle.HTML).toString())
        .contains("✓ <strong>T6b.", "without a zeroed row", "fails, as it should");
    assertThat(verdict.data().get(MimeBundle.TEXT).toString()).contains("T6b: negative controls");
    MimeBundle search = Renderers.render(claim.without("a zeroed row").counterexample(10));
    assertThat(search.data().get(MimeBundle.HTML).toString())
        .contains("✗ T6b without a zeroed row: a counterexample after");
    assertThat(Renderers.render(claim.instance(3)).data().get(MimeBundle.HTML).toString())
        .contains(
            "<p>seed 3, channels 4, states 4</p>", "row of W_B zeroed", "y without the state");
    assertThat(Renderers.render(claim.check().plot()).data()).containsKey(MimeBundle.PLOTLY);
  }

  @Test
  void an_example_shows_its_texts_its_tokens_and_which_labels_count() throws IOException {
    Task task = QuickTwin.named("dart").task(new QuickTwin.Sizes(50, 10, 10), 1);
    Tokens tokens = Tokens.load(Path.of("../data/quick-mamba/tokenizer.json"));
    Example example = task.validation().get(0);
    MimeBundle shown = Renderers.render(task.view(example, tokens));
    assertThat(shown.data().get(MimeBundle.HTML).toString())
        .contains("<strong>quick-dart</strong>, released form")
        .contains("instruction, ", "Generate text for the following RDF triples:⏎", "also good")
        .contains(">−100</small>", "&lt;|endoftext|&gt;")
        .doesNotContain("color:#", "background:#", "<script");
    assertThat(shown.data().get(MimeBundle.TEXT).toString())
        .startsWith("quick-dart (released): ")
        .contains("position  reads", "-100", "also good")
        .contains(example.input());
    Task pictures = QuickTwin.named("cifar").task(new QuickTwin.Sizes(50, 0, 10), 1);
    MimeBundle picture = Renderers.render(pictures.view(pictures.test().get(0), tokens));
    // Of many positions the middle is left out.
    assertThat(picture.data().get(MimeBundle.HTML).toString())
        .contains(" more …</span>", " characters … ")
        .hasSizeLessThan(40_000);
  }

  @Test
  void twins_that_are_not_measured_say_so_and_measured_ones_are_tables() {
    assertThat(Renderers.render(new MeasuredTwins(List.of())).data())
        .containsExactly(Map.entry(MimeBundle.TEXT, MeasuredTwins.NONE));
    TwinCard card =
        new TwinCard(
            "quick-rte",
            "RTE",
            "by hand",
            11,
            new DataSet.Sizes(1, 1, 1),
            "none",
            Map.of("accuracy", "share of right answers"),
            "greedy",
            new TwinTuning(1, 1, 0.1, List.of(1L, 2L), 0),
            List.of(
                new TwinCard.Row("always the most frequent class", Map.of("accuracy", 0.5), 0),
                new TwinCard.Row("words by logistic regression", Map.of("accuracy", 0.55), 0)),
            List.of(new TwinCard.Row("as it is", Map.of("accuracy", 0.25), 3)),
            List.of(
                new TwinCard.Row("seed 1", Map.of("accuracy", 0.9), 0),
                new TwinCard.Row("seed 2", Map.of("accuracy", 0.8), 0)),
            "0".repeat(64),
            "0".repeat(64));
    MimeBundle table = Renderers.render(new MeasuredTwins(List.of(card)));
    assertThat(table.data().get(MimeBundle.HTML).toString())
        .contains("words by logistic regression", ">0.55<", ">0.25<", ">0.85<", ">0.07071<");
  }

  @Test
  void a_matrix_shows_three_digits_and_the_beginning_of_a_large_one() {
    MimeBundle small =
        Renderers.render(
            MatrixUtils.createRealMatrix(new double[][] {{1, 0.12345}, {-2e-17, 1e-6}}));
    assertThat(small.data().get(MimeBundle.TEXT))
        .isEqualTo("         1     0.123\n         0   1.0e-06");
    assertThat(small.data().get(MimeBundle.HTML).toString()).contains(">0.123</td></tr>");
    MimeBundle large = Renderers.render(MatrixUtils.createRealMatrix(12, 40));
    assertThat(large.data().get(MimeBundle.HTML).toString())
        .endsWith("<p>the first 10 × 10 of 12 × 40</p>");
  }

  @Test
  void a_log_without_a_step_says_so() {
    assertThat(Renderers.render(new TrainingLog("main", List.of(), List.of())).data())
        .containsExactly(Map.entry(MimeBundle.TEXT, "Training log \"main\" without a step"));
  }

  @Test
  void other_values_are_text() {
    assertThat(Renderers.render(42).data()).containsExactly(Map.entry(MimeBundle.TEXT, "42"));
  }

  @Test
  void a_bundle_needs_a_text() {
    assertThatThrownBy(() -> new MimeBundle(Map.of(MimeBundle.HTML, "<p>")))
        .hasMessage("A MIME bundle has [text/html] but no text/plain; add a plain text form.");
  }

  private record Shown(boolean update, String id, MimeBundle bundle) {}

  @Test
  void progress_is_one_display_that_changes_at_most_ten_times_a_second() throws Exception {
    List<Shown> shown = new ArrayList<>();
    Notebook.connect(recorder(shown));
    try {
      ProgressListener progress = Notebook.progress();
      progress.begin("Training <LoRA>", 1000);
      long start = System.nanoTime();
      for (int i = 1; i <= 1000; i++) {
        progress.advance(i, "loss 0.693");
        Thread.sleep(i % 5 == 0 ? 1 : 0);
      }
      double seconds = (System.nanoTime() - start) * 1e-9;
      progress.end("accuracy 0.75");
      assertThat(shown.size()).isLessThanOrEqualTo(2 + (int) Math.ceil(10 * seconds));
      assertThat(shown.size()).isGreaterThanOrEqualTo(3);
      assertThat(shown.stream().filter(s -> !s.update())).hasSize(1);
      assertThat(shown.stream().map(Shown::id).distinct()).hasSize(1);
      String middle = shown.get(1).bundle().data().get(MimeBundle.HTML).toString();
      assertThat(middle)
          .contains("<progress", "max=\"1000\"", "loss 0.693", " left", "Training &lt;LoRA&gt;");
      assertThat(shown.get(shown.size() - 1).bundle().data())
          .containsEntry(MimeBundle.TEXT, "Training <LoRA>: accuracy 0.75");
    } finally {
      Notebook.connect(Notebook.console());
    }
  }

  @Test
  void a_work_inside_another_has_its_bar_below_as_long_as_it_runs() {
    List<Shown> shown = new ArrayList<>();
    Notebook.connect(recorder(shown));
    try {
      ProgressListener outer = Notebook.progress();
      outer.begin("Grid", 2);
      ProgressListener inner = Notebook.progress();
      inner.begin("Training", 10);
      assertThat(last(shown)).isEqualTo("Grid: 0 of 2, 0 s\n  Training: 0 of 10, 0 s");
      inner.end("done");
      assertThat(last(shown)).isEqualTo("Grid: 0 of 2, 0 s");
      outer.end("2 cells");
      assertThat(last(shown)).isEqualTo("Grid: 2 cells");
      assertThat(shown.stream().map(Shown::id).distinct()).hasSize(1);
      Notebook.progress().begin("Left behind by a failure", 3);
      Notebook.beginCell("next");
      Notebook.progress().begin("New", 1);
      assertThat(last(shown)).isEqualTo("New: 0 of 1, 0 s");
      assertThat(shown.stream().map(Shown::id).distinct()).hasSize(3);
    } finally {
      Notebook.beginCell("last");
      Notebook.connect(Notebook.console());
    }
  }

  private static String last(List<Shown> shown) {
    return shown.get(shown.size() - 1).bundle().data().get(MimeBundle.TEXT).toString();
  }

  private static CellOutput recorder(List<Shown> shown) {
    return new CellOutput() {
      @Override
      public void display(MimeBundle bundle, String id) {
        shown.add(new Shown(false, id, bundle));
      }

      @Override
      public void update(MimeBundle bundle, String id) {
        shown.add(new Shown(true, id, bundle));
      }
    };
  }

  @Test
  void tensors_of_a_cell_are_freed_when_it_runs_again() {
    Notebook.beginCell("a");
    NDArray first = Notebook.tensors().ones(new Shape(2, 3));
    Notebook.beginCell("b");
    NDArray other = Notebook.tensors().ones(new Shape(1));
    assertThat(first.sum().getFloat()).isEqualTo(6);
    Notebook.beginCell("a");
    assertThat(first.isReleased()).isTrue();
    assertThat(other.isReleased()).isFalse();
    Notebook.forgetCells();
    assertThat(other.isReleased()).isTrue();
  }

  @Test
  void arrays_formulas_and_markup_have_a_text() {
    assertThat(Renderers.render(new String[] {"a", "b"}).data())
        .containsExactly(Map.entry(MimeBundle.TEXT, "[a, b]"));
    assertThat(Notebook.latex("h_t").data()).containsEntry(MimeBundle.LATEX, "$$h_t$$");
    assertThat(Notebook.latex("$x$").data()).containsEntry(MimeBundle.LATEX, "$x$");
    assertThat(Notebook.html("<p>one <b>two</b></p>").data())
        .containsEntry(MimeBundle.TEXT, "one two");
  }
}
