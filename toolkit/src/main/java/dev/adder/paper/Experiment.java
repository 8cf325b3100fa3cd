package dev.adder.paper;

import ai.djl.engine.Engine;
import dev.adder.PretrainedModel;
import dev.adder.TrainedModel;
import dev.adder.adapter.DimensionSelection;
import dev.adder.adapter.PeftMethod;
import dev.adder.adapter.TargetReport;
import dev.adder.data.QuickRte;
import dev.adder.data.Task;
import dev.adder.evaluation.Evaluation;
import dev.adder.model.MambaWeights;
import dev.adder.model.WeightSlot;
import dev.adder.training.ProgressListener;
import dev.adder.training.TrainingLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs the cells of a grid: every method with every learning rate and every seed. Finished cells
 * are files; a cell whose file is there is not computed again, so that an interrupted run goes on.
 */
public final class Experiment {

  private final Grid grid;
  private final ResultFiles files;
  private final ProgressListener progress;

  Experiment(Grid grid) {
    this(grid, new ResultFiles(folder()), ProgressListener.NONE);
  }

  private Experiment(Grid grid, ResultFiles files, ProgressListener progress) {
    this.grid = grid;
    this.files = files;
    this.progress = progress;
  }

  /** Environment {@code ADDER_RESULTS}, else a folder of this checkout's own. */
  private static Path folder() {
    String named = System.getenv("ADDER_RESULTS");
    return Path.of(named == null ? ".adder/results" : named);
  }

  /** What is compared. */
  public Grid grid() {
    return grid;
  }

  /** Keeps results in this folder. */
  public Experiment results(Path folder) {
    return new Experiment(grid, new ResultFiles(folder), progress);
  }

  /** Shows progress and time left. */
  public Experiment watch(ProgressListener listener) {
    return new Experiment(grid, files, listener);
  }

  /** The task at quick scale. */
  public Task quickTask() {
    Grid.Quick quick = grid.quick();
    return QuickRte.task(quick.trainingPairs(), quick.testPairs(), quick.dataSeed());
  }

  private record Cell(Grid.Row row, double learningRate, long seed) {}

  private List<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    for (long seed : grid.quick().seeds()) {
      for (Grid.Row row : grid.rows()) {
        for (double rate : grid.quick().learningRates()) {
          cells.add(new Cell(row, rate, seed));
        }
      }
    }
    return cells;
  }

  /**
   * Runs the cells at quick scale, several at once. A cell gives the same bits every time, whatever
   * runs beside it.
   *
   * @throws IOException if a result cannot be read or written
   */
  public Comparison run(PretrainedModel model) throws IOException {
    Task task = quickTask();
    List<Cell> cells = cells();
    AtomicInteger done = new AtomicInteger();
    List<Callable<CellResult>> works = new ArrayList<>();
    for (Cell cell : cells) {
      works.add(() -> findOrCompute(model, task, cell, done));
    }
    progress.begin(grid.title(), cells.size());
    try {
      List<CellResult> results =
          OneThreadEach.run(works, () -> progress.advance(done.get(), "cells"));
      progress.end("%d cells".formatted(results.size()));
      return new Comparison(grid, results);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "The experiment was interrupted after %d cells; run it again to go on."
              .formatted(done.get()),
          stopped);
    }
  }

  private CellResult findOrCompute(PretrainedModel model, Task task, Cell cell, AtomicInteger done)
      throws IOException {
    Optional<CellResult> found =
        files
            .find(grid.name(), cell.row().id(), cell.learningRate(), cell.seed())
            .filter(
                result ->
                    result.model().equals(model.fingerprint())
                        && result.data().equals(task.fingerprint()));
    CellResult result = found.isPresent() ? found.get() : compute(model, task, cell);
    if (found.isEmpty()) {
      // What is there, if anything, was computed with another model.
      files.replace(result);
    }
    done.incrementAndGet();
    return result;
  }

  private CellResult compute(PretrainedModel model, Task task, Cell cell) {
    long start = System.nanoTime();
    PeftMethod method = cell.row().method();
    try (TrainedModel trained = train(model, task, cell)) {
      Evaluation validation = trained.validate();
      Evaluation test = trained.evaluate();
      long parameters = trained.parameters().trained();
      CellResult.Run run =
          new CellResult.Run(
              Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
              (System.nanoTime() - start) * 1e-9,
              System.getProperty("java.version"),
              Engine.getEngine("PyTorch").getVersion(),
              "cpu",
              "0.1.0",
              Optional.ofNullable(System.getenv("ADDER_COMMIT")).orElse("unknown"),
              peakMemoryMegabytes());
      return new CellResult(
          grid.name(),
          cell.row().id(),
          method.describe(),
          task.name(),
          "QUICK",
          cell.learningRate(),
          cell.seed(),
          parameters,
          total(model, trained.parameters()),
          trained.log().steps().size(),
          finalLoss(trained.log()),
          validation.score(),
          test.score(),
          test.strictScore(),
          test.outOfClass(),
          model.fingerprint(),
          task.fingerprint(),
          run);
    }
  }

  /** The model and what is added to it; weights that are trained in place count once. */
  private static long total(PretrainedModel model, TargetReport report) {
    Set<String> places =
        MambaWeights.of(model.config()).stream()
            .flatMap(
                weight ->
                    Stream.concat(
                        Stream.of(weight.whole()),
                        weight.parts().stream().map(part -> weight.part(part.name()))))
            .map(WeightSlot::name)
            .collect(Collectors.toSet());
    long inPlace =
        report.rows().stream()
            .filter(row -> row.frozen() == 0 && places.contains(row.tensor()))
            .mapToLong(TargetReport.Row::trained)
            .sum();
    return MambaWeights.size(model.config()) + report.trained() - inPlace;
  }

  /** The kernel's own account of this process, where there is one. */
  private static long peakMemoryMegabytes() {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return 0;
    }
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private TrainedModel train(PretrainedModel model, Task task, Cell cell) {
    return model
        .adapt(cell.row().method())
        .train(task)
        .epochs(grid.quick().epochs())
        .batchSize(grid.quick().batchSize())
        .learningRate(cell.learningRate())
        .seed(cell.seed())
        .run();
  }

  /** The channels and states that a row chooses with one seed; trains that cell anew. */
  public List<DimensionSelection> selection(
      PretrainedModel model, String row, double learningRate, long seed) {
    Grid.Row found =
        grid.rows().stream()
            .filter(r -> r.id().equals(row))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "There is no row \"%s\". There are: %s."
                            .formatted(row, grid.rows().stream().map(Grid.Row::id).toList())));
    try (TrainedModel trained = train(model, quickTask(), new Cell(found, learningRate, seed))) {
      return trained.selection();
    }
  }

  private static double finalLoss(TrainingLog log) {
    int from = log.steps().size() - Math.max(1, log.steps().size() / 10);
    return log.steps().subList(from, log.steps().size()).stream()
        .mapToDouble(TrainingLog.Step::loss)
        .average()
        .orElseThrow();
  }
}
