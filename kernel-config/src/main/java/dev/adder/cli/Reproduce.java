package dev.adder.cli;

import dev.adder.kernel.NotebookRun;
import dev.adder.kernel.NotebookRunner;
import dev.adder.paper.CellResult;
import dev.adder.paper.Comparison;
import dev.adder.paper.Grid;
import dev.adder.paper.ResultFiles;
import dev.adder.paper.SideBySide;
import dev.adder.report.HtmlReport;
import dev.adder.report.TableHtml;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the notebooks through the kernel and writes the report. */
@Command(
    name = "reproduce",
    description = "Runs the notebooks at quick scale through the kernel and writes the report.",
    mixinStandardHelpOptions = true)
final class Reproduce implements Callable<Integer> {

  private static final Duration CELL_LIMIT = Duration.ofMinutes(30);
  private static final String AGAINST_LORA = "sdlora-vs-lora";
  private static final String METHODS = "methods";
  private static final List<String> EXPERIMENTS = List.of(AGAINST_LORA, METHODS);
  private static final Path KEPT = Path.of("data", "results");
  private static final String REPORT_LINK = "<a href=\"index.html\">Report</a> · executed notebook";

  @Spec private CommandSpec spec;

  @Option(
      names = "--notebook",
      description = "Only the notebooks whose name contains this; all if not said.")
  private String only = "";

  @Option(
      names = "--output",
      defaultValue = "report",
      description = "Folder for the report (default: ${DEFAULT-VALUE}).")
  private Path output;

  @Option(
      names = "--keep",
      description = "Also replace the kept results and notebooks of this checkout by these.")
  private boolean keep;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Instant begun = Instant.now();
    List<Path> notebooks = notebooks();
    Path results = output.resolve("results").toAbsolutePath();
    delete(results);
    Files.createDirectories(output);
    Durations durations = new Durations();
    List<NotebookRun> runs = new ArrayList<>();
    for (int i = 0; i < notebooks.size(); i++) {
      Path notebook = notebooks.get(i);
      String name = notebook.getFileName().toString();
      Path executed = output.resolve("notebooks").resolve(name);
      NotebookRunner runner =
          new NotebookRunner(
              Map.of("ADDER_FIGURES", "interactive", "ADDER_RESULTS", results.toString()),
              CELL_LIMIT);
      double seconds = durations.of(name);
      RunProgress progress =
          new RunProgress(out, "%s (%d of %d)".formatted(name, i + 1, notebooks.size()), seconds);
      NotebookRun run = runner.run(notebook, executed, progress);
      progress.end(run);
      NotebookPage page = new NotebookPage(executed);
      page.write(output, REPORT_LINK);
      page.keepAsPictures();
      if (run.failure().isPresent()) {
        throw new IOException(
            "%s: %s. What it did until then is in %s."
                .formatted(name, run.failure().get().sentence(), executed.toAbsolutePath()));
      }
      durations.set(name, run.seconds());
      runs.add(run);
    }
    String comparison = report(runs, results, begun);
    if (keep) {
      keep(runs, results);
    }
    out.println(comparison);
    out.println("Notebooks  " + output.resolve("notebooks").toAbsolutePath());
    out.println("Report     " + output.resolve("index.html").toAbsolutePath());
    out.flush();
    return 0;
  }

  private List<Path> notebooks() throws IOException {
    Path folder = Path.of("notebooks");
    if (!Files.isDirectory(folder)) {
      throw new IOException("There is no folder notebooks here. Run ./adder from its checkout.");
    }
    List<Path> all;
    try (Stream<Path> files = Files.list(folder)) {
      all = files.filter(f -> f.toString().endsWith(".ipynb")).sorted().toList();
    }
    List<Path> chosen =
        all.stream().filter(f -> f.getFileName().toString().contains(only)).toList();
    if (chosen.isEmpty()) {
      throw new IOException(
          "No notebook's name contains \"%s\". There are: %s."
              .formatted(only, all.stream().map(f -> f.getFileName().toString()).toList()));
    }
    return chosen;
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> files = Files.walk(folder)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.delete(path);
    }
  }

  private String report(List<NotebookRun> runs, Path results, Instant begun) throws IOException {
    List<CellResult> cells = new ResultFiles(results).all(AGAINST_LORA);
    List<CellResult> methods = new ResultFiles(results).all(METHODS);
    String comparison = compared(results);
    HtmlReport page = new HtmlReport("Adder: what was reproduced");
    page.html(
        "<p class=\"note\">"
            + TableHtml.escape(
                "Parameter-Efficient Fine-Tuning of State Space Models (arXiv 2410.09016), at quick"
                    + " scale: a small Mamba pretrained on generated text, and generated twins of the"
                    + " paper's data sets. Begun "
                    + begun.truncatedTo(ChronoUnit.SECONDS)
                    + ", Java "
                    + System.getProperty("java.version")
                    + ", "
                    + System.getProperty("os.name")
                    + " "
                    + System.getProperty("os.arch")
                    + ".")
            + "</p>");
    if (!cells.isEmpty()) {
      Comparison table = new Comparison(Grid.named(AGAINST_LORA), cells);
      page.heading("SDLoRA against LoRA at the same budget");
      page.paragraph(table.finding());
      page.table(
          "Quick scale: each method at the learning rate that is best on validation, mean and standard"
              + " deviation over three seeds. The paper used Mamba-130M on RTE itself; its scores for"
              + " these rows are not known to us.",
          table.table());
      page.figure("Small points are seeds, large points their means.", table.plot());
      page.table("All learning rates, mean validation score over the seeds.", table.rates());
    }
    if (!methods.isEmpty()) {
      SideBySide table = new Comparison(Grid.named(METHODS), methods).sideBySide();
      page.heading("Every method side by side");
      page.paragraph(table.finding());
      page.table(
          "Quick scale, one seed: each method at its usual size and at the learning rate that is best"
              + " on validation. These are not equal budgets.",
          table.scores());
      page.figure("One point for each method; its name stands under the pointer.", table.plot());
    }
    if (!comparison.isEmpty()) {
      page.paragraph(comparison);
    }
    page.heading("Notebooks");
    StringBuilder list = new StringBuilder("<ul>");
    for (NotebookRun run : runs) {
      String name = run.output().getFileName().toString();
      list.append("<li><a href=\"").append(name.replace(".ipynb", ".html")).append("\">");
      list.append(TableHtml.escape(new NotebookPage(run.output()).title())).append("</a> — ");
      list.append(TerminalProgress.time(run.seconds()));
      run.peakMemory()
          .ifPresent(bytes -> list.append(", at most ").append(bytes >> 20).append(" MB"));
      list.append(" (<a href=\"notebooks/").append(name).append("\">file</a>)</li>");
    }
    page.html(list.append("</ul>").toString());
    page.write(output, "index.html");
    return comparison;
  }

  /** Both experiments' results beside the kept ones; empty if nothing was computed. */
  private static String compared(Path results) throws IOException {
    List<String> sentences = new ArrayList<>();
    for (String experiment : EXPERIMENTS) {
      List<CellResult> cells = new ResultFiles(results).all(experiment);
      List<CellResult> kept = new ResultFiles(KEPT).all(experiment);
      if (!cells.isEmpty()) {
        sentences.add(experiment + ": " + ResultFiles.compare(cells, kept));
      }
    }
    return String.join("\n", sentences);
  }

  private static void keep(List<NotebookRun> runs, Path results) throws IOException {
    for (String experiment : EXPERIMENTS) {
      if (Files.isDirectory(results.resolve(experiment))) {
        delete(KEPT.resolve(experiment));
        ResultFiles files = new ResultFiles(KEPT);
        for (CellResult cell : new ResultFiles(results).all(experiment)) {
          files.write(cell);
        }
      }
    }
    for (NotebookRun run : runs) {
      Files.copy(
          run.output(),
          Path.of("notebooks").resolve(run.output().getFileName()),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
