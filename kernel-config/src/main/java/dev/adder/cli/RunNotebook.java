package dev.adder.cli;

import dev.adder.kernel.FailedCell;
import dev.adder.kernel.NotebookRun;
import dev.adder.kernel.NotebookRunner;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs one notebook without a front end. */
@Command(
    name = "run-notebook",
    description = "Runs a notebook through the kernel and writes it with its outputs.",
    footer = {
      "",
      "Stops at the first cell that fails and shows it. The output is written after",
      "every cell; Ctrl-C ends the running cell and keeps what was computed.",
      "The exit code is 0 only if every cell ran."
    },
    mixinStandardHelpOptions = true)
final class RunNotebook implements Callable<Integer> {

  private static final Duration NO_LIMIT = Duration.ofDays(365);
  private static final long WRITE_SECONDS = 20;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "NOTEBOOK",
      converter = CallersPath.class,
      description = "The notebook, in nbformat 4.")
  private Path notebook;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      converter = CallersPath.class,
      description =
          "The executed notebook; beside the given one, as NAME-executed.ipynb, if not said.")
  private @Nullable Path output;

  @Option(names = "--html", description = "Also write it as a page, with figures to touch.")
  private boolean html;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "Longest time of a cell; no limit if not said.")
  private @Nullable Long timeout;

  @Option(
      names = {"-p", "--parameter"},
      paramLabel = "NAME=VALUE",
      description =
          "Value of a variable that the notebook declares in its cell tagged \"parameters\".")
  private Map<String, String> parameters = new LinkedHashMap<>();

  @Override
  public Integer call() throws IOException {
    if (timeout != null && timeout < 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--timeout is %d; it is a number of seconds, at least 1.".formatted(timeout));
    }
    String name = notebook.getFileName().toString();
    Path executed =
        output == null
            ? notebook.resolveSibling(name.replaceAll("\\.ipynb$", "") + "-executed.ipynb")
            : output;
    PrintWriter out = spec.commandLine().getOut();
    NotebookRunner runner =
        new NotebookRunner(
                Map.of("ADDER_FIGURES", "interactive"),
                timeout == null ? NO_LIMIT : Duration.ofSeconds(timeout))
            .parameters(parameters)
            .in(notebook.getParent());
    Durations durations = new Durations();
    CountDownLatch written = new CountDownLatch(1);
    keepWhenInterrupted(runner, written);
    try {
      RunProgress progress = new RunProgress(out, name, durations.of(notebook.toString()));
      NotebookRun run = runner.run(notebook, executed, progress);
      progress.end(run);
      NotebookPage page = new NotebookPage(executed);
      if (html) {
        Path file = page.write(executed.getParent(), "Executed notebook");
        out.println("Page      " + file);
      }
      page.keepAsPictures();
      out.println("Notebook  " + executed);
      out.flush();
      if (run.failure().isPresent()) {
        show(run.failure().get());
        return 1;
      }
      durations.set(notebook.toString(), run.seconds());
      return 0;
    } finally {
      written.countDown();
    }
  }

  /** Ctrl-C and SIGTERM end the cell; the process waits until the notebook is written. */
  private static void keepWhenInterrupted(NotebookRunner runner, CountDownLatch written) {
    Thread keep =
        new Thread(
            () -> {
              try {
                for (int i = 0; i < WRITE_SECONDS * 2; i++) {
                  runner.stop();
                  if (written.await(500, TimeUnit.MILLISECONDS)) {
                    return;
                  }
                }
              } catch (InterruptedException hurry) {
                Thread.currentThread().interrupt();
              }
            },
            "adder-keep");
    Runtime.getRuntime().addShutdownHook(keep);
  }

  private void show(FailedCell cell) {
    PrintWriter err = spec.commandLine().getErr();
    err.println();
    cell.source().lines().forEach(line -> err.println("    " + line));
    err.println();
    cell.trace().forEach(err::println);
    if (!cell.trace().isEmpty()) {
      err.println();
    }
    Main.error(spec.commandLine(), cell.sentence());
  }
}
