package dev.adder.benchmarks.compare;

import java.io.PrintStream;
import java.util.Locale;

/** Says on the terminal what is measured, what came out, and how long it will take. */
final class Progress {

  private final PrintStream out;
  private int total;
  private int begun;
  private long start;
  private Plan plan = Plan.FULL;

  Progress(PrintStream out) {
    this.out = out;
  }

  void begin(int pairs, Plan measuredWith) {
    total = pairs;
    plan = measuredWith;
    start = System.nanoTime();
  }

  /** A pair begins. */
  void next(String what) {
    double elapsed = (System.nanoTime() - start) * 1e-9;
    double each = begun < 3 ? plan.usualSeconds() : elapsed / begun;
    double left = each * (total - begun);
    begun++;
    out.printf(
        Locale.ROOT, "[%d of %d, about %.0f min left] %s …%n", begun, total, left / 60, what);
  }

  /** Something came out. */
  void note(String what) {
    out.println("    " + what);
  }
}
