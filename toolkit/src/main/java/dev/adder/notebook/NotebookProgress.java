package dev.adder.notebook;

import dev.adder.report.RunningWork;
import dev.adder.report.TableHtml;
import dev.adder.training.ProgressListener;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Progress of a long piece of work in a cell: one display, updated in place. A work inside another
 * one has its bar below the other's, as long as it runs.
 */
final class NotebookProgress implements ProgressListener {

  private static final long EVERY_NANOS = 100_000_000;
  private static final RunningWork RUNNING = new RunningWork();

  /** The display of the outermost work. */
  private static volatile String display = "";

  private static volatile long shown;

  private RunningWork.@Nullable Work work;

  /** A new cell begins: what a failed one left behind is over. */
  static void clear() {
    RUNNING.clear();
  }

  @Override
  public void begin(String what, long size) {
    if (work != null) {
      // A failed work was never told that it has ended.
      RUNNING.end(work);
    }
    boolean outermost = RUNNING.works().isEmpty();
    work = RUNNING.begin(what, size);
    if (outermost) {
      display = Notebook.display(bars());
    } else {
      Notebook.update(display, bars());
    }
    shown = System.nanoTime();
  }

  @Override
  public void advance(long done, String detail) {
    if (work != null) {
      work.advance(done, detail);
    }
    long now = System.nanoTime();
    if (now - shown >= EVERY_NANOS) {
      shown = now;
      Notebook.update(display, bars());
    }
  }

  @Override
  public void end(String summary) {
    if (work == null) {
      return;
    }
    RUNNING.end(work);
    if (RUNNING.works().isEmpty()) {
      String text = work.what() + ": " + summary;
      Notebook.update(display, MimeBundle.html("<p>✓ " + TableHtml.escape(text) + "</p>", text));
    } else {
      Notebook.update(display, bars());
    }
  }

  private static MimeBundle bars() {
    StringBuilder html = new StringBuilder();
    List<String> lines = new ArrayList<>();
    for (RunningWork.Work work : RUNNING.works()) {
      String text = work.text();
      html.append("<div style=\"margin-left:%dem\">".formatted(lines.size()));
      html.append(
          "<progress style=\"width:16em;vertical-align:middle\" max=\"%d\" value=\"%d\"></progress> "
              .formatted(work.total(), work.done()));
      html.append(TableHtml.escape(text)).append("</div>");
      lines.add("  ".repeat(lines.size()) + text);
    }
    return MimeBundle.html(html.toString(), String.join("\n", lines));
  }
}
