package dev.adder.notebook;

import dev.adder.report.TableHtml;
import dev.adder.training.ProgressListener;
import java.util.Locale;

/** Progress of a long piece of work in a cell: one display, updated in place. */
final class NotebookProgress implements ProgressListener {

  private static final long EVERY_NANOS = 100_000_000;

  private String what = "";
  private String display = "";
  private long total;
  private long start;
  private long shown;

  @Override
  public void begin(String work, long size) {
    what = work;
    total = Math.max(1, size);
    start = System.nanoTime();
    shown = start;
    display = Notebook.display(bundle(0, ""));
  }

  @Override
  public void advance(long done, String detail) {
    long now = System.nanoTime();
    if (now - shown >= EVERY_NANOS) {
      shown = now;
      Notebook.update(display, bundle(done, detail));
    }
  }

  @Override
  public void end(String summary) {
    String text = what + ": " + summary;
    Notebook.update(display, MimeBundle.html("<p>✓ " + TableHtml.escape(text) + "</p>", text));
  }

  private MimeBundle bundle(long done, String detail) {
    double elapsed = (System.nanoTime() - start) * 1e-9;
    String left = done == 0 ? "" : ", " + time(elapsed * (total - done) / done) + " left";
    String text =
        "%s: %d of %d, %s%s%s"
            .formatted(
                what, done, total, time(elapsed), left, detail.isEmpty() ? "" : ", " + detail);
    String bar =
        "<progress style=\"width:16em;vertical-align:middle\" max=\"%d\" value=\"%d\"></progress> "
            .formatted(total, done);
    return MimeBundle.html(bar + TableHtml.escape(text), text);
  }

  private static String time(double seconds) {
    return seconds < 60
        ? String.format(Locale.ROOT, "%.0f s", seconds)
        : String.format(Locale.ROOT, "%d:%02d min", (int) seconds / 60, (int) seconds % 60);
  }
}
