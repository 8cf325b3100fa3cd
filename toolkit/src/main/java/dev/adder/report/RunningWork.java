package dev.adder.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What works are under way at one place of output, the outermost first: a work that begins while
 * another one runs is a part of it. The same words for notebook and terminal.
 */
public final class RunningWork {

  /** One work, how far it is, and how long it will still take. */
  public static final class Work {

    private final String what;
    private final long total;
    private final long start = System.nanoTime();
    private long done;
    private String detail = "";

    private Work(String what, long total) {
      this.what = what;
      this.total = Math.max(1, total);
    }

    public String what() {
      return what;
    }

    public long total() {
      return total;
    }

    public long done() {
      return done;
    }

    /** So much of it is done. */
    public void advance(long units, String latest) {
      done = units;
      detail = latest;
    }

    /** Such as {@code Training: 30 of 100, 6 s, 14 s left, loss 0.69}. */
    public String text() {
      double elapsed = (System.nanoTime() - start) * 1e-9;
      String left =
          done <= 0 ? "" : ", " + time(elapsed * Math.max(0, total - done) / done) + " left";
      String latest = detail.isEmpty() ? "" : ", " + detail;
      return "%s: %d of %d, %s%s%s".formatted(what, done, total, time(elapsed), left, latest);
    }
  }

  private final List<Work> works = new ArrayList<>();

  /** A work begins, inside those that run. */
  public synchronized Work begin(String what, long total) {
    Work work = new Work(what, total);
    works.add(work);
    return work;
  }

  /** A work has ended, and with it what it had begun. */
  public synchronized void end(Work work) {
    int index = works.indexOf(work);
    if (index >= 0) {
      works.subList(index, works.size()).clear();
    }
  }

  /** The works under way, the outermost first. */
  public synchronized List<Work> works() {
    return List.copyOf(works);
  }

  /** Nothing is under way any more, such as after a failure. */
  public synchronized void clear() {
    works.clear();
  }

  /** A time for people: seconds, or minutes and seconds. */
  public static String time(double seconds) {
    return seconds < 60
        ? String.format(Locale.ROOT, "%.0f s", seconds)
        : String.format(Locale.ROOT, "%d:%02d min", (int) seconds / 60, (int) seconds % 60);
  }
}
