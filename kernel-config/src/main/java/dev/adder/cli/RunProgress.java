package dev.adder.cli;

import dev.adder.kernel.NotebookRun;
import dev.adder.kernel.RunListener;
import java.io.PrintWriter;
import java.util.Locale;

/** One line about the notebook that runs: which cell, since when, how much longer. */
final class RunProgress implements RunListener {

  private static final long EVERY_NANOS = 1_000_000_000L;

  private final TerminalProgress line;
  private final String name;
  private final double expectedSeconds;
  private final long start = System.nanoTime();
  private int cells;
  private int current;
  private double doneSeconds;
  private String cell = "starting the kernel";
  private long shown;

  /**
   * @param expectedSeconds what the run took before; 0 if it is not known
   */
  RunProgress(PrintWriter out, String name, double expectedSeconds) {
    line = new TerminalProgress(out);
    this.name = name;
    this.expectedSeconds = expectedSeconds;
    show("");
  }

  @Override
  public void begin(int count) {
    cells = count;
  }

  @Override
  public void cell(int number, String firstLine) {
    current = number;
    doneSeconds = seconds();
    cell = "cell %d of %d: %s".formatted(number, cells, firstLine);
    show("");
  }

  @Override
  public void output(String text) {
    if (System.nanoTime() - shown > EVERY_NANOS && TerminalProgress.TERMINAL) {
      show(text);
    }
  }

  private double seconds() {
    return (System.nanoTime() - start) * 1e-9;
  }

  private void show(String detail) {
    shown = System.nanoTime();
    line.show(
        "%s, %s%s, %s%s"
            .formatted(
                name,
                TerminalProgress.time(seconds()),
                left(),
                cell,
                detail.isEmpty() ? "" : " – " + detail));
  }

  /** By the run before, else by the cells that are done. */
  private String left() {
    double left =
        expectedSeconds > 0
            ? expectedSeconds - seconds()
            : current < 2 ? -1 : doneSeconds * cells / (current - 1) - seconds();
    return left < 0 ? "" : ", about " + TerminalProgress.time(left) + " left";
  }

  void end(NotebookRun run) {
    String memory =
        run.peakMemory()
            .map(bytes -> String.format(Locale.ROOT, ", at most %d MB", bytes >> 20))
            .orElse("");
    line.show(
        "%s %s: %d cells in %s%s"
            .formatted(
                run.failure().isEmpty() ? "✓" : "✗",
                name,
                run.cells(),
                TerminalProgress.time(run.seconds()),
                memory));
    if (TerminalProgress.TERMINAL) {
      line.newLine();
    }
  }
}
