package dev.adder.cli;

import dev.adder.report.RunningWork;
import dev.adder.training.ProgressListener;
import java.io.PrintWriter;
import java.util.List;

/** Progress on one line: rewritten in place on a terminal, now and then a new line elsewhere. */
final class TerminalProgress implements ProgressListener {

  /** Told by the launcher: newer JDKs have a console even where there is no terminal. */
  static final boolean TERMINAL = Boolean.getBoolean("adder.terminal");

  private static final long EVERY_NANOS = TERMINAL ? 200_000_000L : 20_000_000_000L;

  private final PrintWriter out;
  private final RunningWork running = new RunningWork();
  private long shown;

  TerminalProgress(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void begin(String work, long size) {
    running.begin(work, size);
    shown = System.nanoTime();
  }

  @Override
  public void advance(long done, String detail) {
    List<RunningWork.Work> works = running.works();
    works.get(works.size() - 1).advance(done, detail);
    long now = System.nanoTime();
    if (now - shown >= EVERY_NANOS) {
      shown = now;
      show(String.join(" · ", works.stream().map(RunningWork.Work::text).toList()));
    }
  }

  /** Shows a line in place of the last one, or below it where there is no terminal. */
  void show(String line) {
    if (TERMINAL) {
      out.print("\r\u001b[K" + (line.length() > 110 ? line.substring(0, 109) + "…" : line));
    } else {
      out.println(line);
    }
    out.flush();
  }

  /** Tells something that stays, while the work goes on below. */
  void line(String text) {
    show(text);
    if (TERMINAL) {
      newLine();
    }
  }

  /** Leaves the line as it is and goes on below. */
  void newLine() {
    out.println();
    out.flush();
  }

  @Override
  public void end(String summary) {
    line(innermostEnds().what() + ": " + summary);
  }

  private RunningWork.Work innermostEnds() {
    List<RunningWork.Work> works = running.works();
    RunningWork.Work innermost = works.get(works.size() - 1);
    running.end(innermost);
    return innermost;
  }

  /** The same for work whose end its caller tells in a line of its own. */
  ProgressListener withoutEnd() {
    TerminalProgress line = this;
    return new ProgressListener() {
      @Override
      public void begin(String work, long size) {
        line.begin(work, size);
      }

      @Override
      public void advance(long done, String detail) {
        line.advance(done, detail);
      }

      @Override
      public void end(String summary) {
        line.innermostEnds();
        if (TERMINAL) {
          show("");
        }
      }
    };
  }

  static String time(double seconds) {
    return RunningWork.time(seconds);
  }
}
