package dev.adder.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.adder.PretrainedModel;
import dev.adder.Ssm;
import dev.adder.TrainedModel;
import dev.adder.adapter.SdLora;
import dev.adder.data.QuickRte;
import dev.adder.data.Task;
import dev.adder.evaluation.Evaluation;
import dev.adder.model.MambaConfig;
import dev.adder.model.MambaWeights;
import dev.adder.tensor.Workers;
import dev.adder.training.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentTest {

  @TempDir private Path folder;

  private static CellResult cell(String row, double rate, long seed, double score) {
    return new CellResult(
        "sdlora-vs-lora",
        row,
        "m",
        "t",
        "QUICK",
        rate,
        seed,
        10,
        100,
        5,
        0.5,
        score,
        score,
        score,
        0,
        "abc",
        "def",
        new CellResult.Run("2026-01-01T00:00:00Z", seed, "17", "2", "cpu", "0", "c", 1));
  }

  @Test
  void the_grid_is_that_of_the_released_configurations() throws IOException {
    Grid grid = Grid.named("sdlora-vs-lora");
    var weights = MambaWeights.of(MambaConfig.published("130m"));
    assertThat(grid.rows())
        .extracting(row -> row.method().trainedParameters(weights))
        .containsExactly(411_648L, 503_424L, 466_560L, 455_328L, 454_248L, 454_608L);
    assertThatThrownBy(() -> Grid.named("none"))
        .hasMessageContaining("There are: methods, sdlora-vs-lora");
  }

  @Test
  void results_are_read_as_they_were_written_and_damage_is_told() throws IOException {
    ResultFiles files = new ResultFiles(folder);
    CellResult result = cell("lora-r2", 0.016, 3, 0.1 + 0.2);
    files.write(result);
    assertThat(files.find("sdlora-vs-lora", "lora-r2", 0.016, 3)).contains(result);
    assertThat(files.find("sdlora-vs-lora", "lora-r2", 0.016, 4)).isEmpty();
    assertThat(files.all("sdlora-vs-lora")).containsExactly(result);
    Path broken = folder.resolve("sdlora-vs-lora/x.json");
    Files.writeString(broken, "{\"row\": ");
    assertThatThrownBy(() -> files.all("sdlora-vs-lora"))
        .hasMessageContaining("x.json is no result")
        .hasMessageContaining("run the experiment again");
  }

  @Test
  void a_row_is_shown_at_the_rate_that_is_best_on_validation() throws IOException {
    Grid grid = Grid.named("sdlora-vs-lora");
    double low = grid.quick().learningRates().get(0);
    double high = grid.quick().learningRates().get(1);
    List<CellResult> cells = new ArrayList<>();
    for (Grid.Row row : grid.rows()) {
      double bonus = row.method() instanceof SdLora ? 0.2 : 0;
      for (long seed = 1; seed <= 3; seed++) {
        cells.add(cell(row.id(), low, seed, 0.5 + bonus));
        cells.add(cell(row.id(), high, seed, 0.6 + bonus + 0.01 * seed));
      }
    }
    Comparison comparison = new Comparison(grid, cells);
    Comparison.Line line = comparison.lines().get(0);
    assertThat(line.learningRate()).isEqualTo(high);
    assertThat(line.test()).isCloseTo(0.62, within(1e-12));
    assertThat(line.spread()).isCloseTo(0.01, within(1e-12));
    assertThat(comparison.finding()).contains("As in the paper, SDLoRA comes out ahead");
    assertThat(comparison.table().rowCount()).isEqualTo(6);
    assertThat(ResultFiles.compare(cells, cells)).contains("equal the kept results to the bit");
    assertThat(ResultFiles.compare(cells, List.of())).contains("No kept results");
  }

  @Test
  void pretraining_gives_the_same_bytes_twice() throws IOException {
    QuickPretraining tiny = new QuickPretraining(16, 1, 300, 64, 8, 1e-2, 3);
    double perplexity = tiny.run(folder.resolve("one"), ProgressListener.NONE);
    tiny.run(folder.resolve("two"), ProgressListener.NONE);
    for (String file : List.of("model.safetensors", "tokenizer.json", "README.md")) {
      assertThat(folder.resolve("one").resolve(file))
          .hasSameBinaryContentAs(folder.resolve("two").resolve(file));
    }
    assertThat(perplexity).isLessThan(300);
    assertThat(Ssm.load(folder.resolve("one").toString()).config().layers()).isEqualTo(1);
  }

  @Test
  void the_sentence_of_the_design_trains_the_quick_model_and_the_same_seed_gives_the_same_bits()
      throws IOException {
    Workers.use(1);
    Task task = QuickRte.task(40, 20, 1);
    List<Evaluation> scores = new ArrayList<>();
    List<double[]> losses = new ArrayList<>();
    try (PretrainedModel model = Ssm.load("quick")) {
      for (int run = 0; run < 2; run++) {
        try (TrainedModel trained =
            model
                .lora()
                .on("in_proj")
                .sdlora(16, 4)
                .attach()
                .train(task)
                .epochs(2)
                .batchSize(4)
                .learningRate(1e-2)
                .validate(2)
                .run()) {
          scores.add(trained.evaluate());
          losses.add(trained.log().steps().stream().mapToDouble(s -> s.loss()).toArray());
          assertThat(trained.selection()).hasSize(model.config().layers());
          assertThat(trained.selection().get(0).channels()).hasSize(16);
          assertThat(trained.log().validations()).hasSize(2);
          assertThat(trained.logs()).hasSize(2);
          trained.saveMerged(folder.resolve("merged"));
        }
      }
      assertThat(model.evaluate(task).outOfClass()).isEqualTo(20);
    }
    assertThat(scores.get(0)).isEqualTo(scores.get(1));
    assertThat(losses.get(0)).containsExactly(losses.get(1));
    try (PretrainedModel merged = Ssm.load(folder.resolve("merged").toString())) {
      assertThat(merged.evaluate(task).strictScore())
          .isCloseTo(scores.get(0).strictScore(), within(0.051));
    }
  }

  @Test
  void trainings_side_by_side_give_the_same_bits_as_one_alone() throws Exception {
    Workers.use(1);
    Task task = QuickRte.task(60, 10, 1);
    ExecutorService pool = Executors.newFixedThreadPool(3);
    try (PretrainedModel model = Ssm.load("quick")) {
      double[] alone = losses(model, task);
      List<Future<double[]>> beside = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        beside.add(pool.submit(() -> losses(model, task)));
      }
      for (Future<double[]> one : beside) {
        assertThat(one.get()).containsExactly(alone);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private static double[] losses(PretrainedModel model, Task task) {
    try (TrainedModel trained =
        model
            .lora()
            .on("in_proj", "x_proj.*")
            .attach()
            .train(task)
            .epochs(3)
            .batchSize(4)
            .learningRate(1e-2)
            .run()) {
      return trained.log().steps().stream().mapToDouble(s -> s.loss()).toArray();
    }
  }

  @Test
  void a_model_that_is_not_there_is_told_in_a_sentence() {
    assertThatThrownBy(() -> Ssm.load("mamba-130m"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("There is no model \"mamba-130m\"")
        .hasMessageContaining("Say \"quick\"");
  }
}
