package dev.adder.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much of the processor other programs use while something is measured. */
final class OtherLoad {

  /** Ticks of /proc in a second. */
  private static final double TICKS = 100;

  private final double ownAtStart = own();
  private final double busyAtStart = busy();
  private final long start = System.nanoTime();

  /** Mean number of cores used by others since the start; 0 where the system doesn't tell. */
  double cores() {
    double seconds = (System.nanoTime() - start) * 1e-9;
    double others = busy() - busyAtStart - (own() - ownAtStart);
    return Double.isNaN(others) ? 0 : Math.max(0, others / seconds);
  }

  /** Seconds used by this process, those it started that have ended, and those that live. */
  private static double own() {
    double living =
        ProcessHandle.current()
            .descendants()
            .mapToDouble(process -> used(process.pid(), false))
            .sum();
    return living + used(ProcessHandle.current().pid(), true);
  }

  /** User and system time of a process and, if asked for, of its ended children. */
  private static double used(long pid, boolean withEnded) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      // Behind the name in parentheses: utime, stime, cutime and cstime are fields 12 to 15.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      double ticks = 0;
      for (int i = 11; i < (withEnded ? 15 : 13); i++) {
        ticks += Double.parseDouble(fields[i]);
      }
      return ticks / TICKS;
    } catch (IOException ended) {
      return 0;
    }
  }

  private static double busy() {
    try {
      String[] fields = Files.readAllLines(Path.of("/proc/stat")).get(0).split(" +", -1);
      // user, nice and system; then, behind idle and iowait, interrupts.
      double ticks = 0;
      for (int i : new int[] {1, 2, 3, 6, 7}) {
        ticks += Double.parseDouble(fields[i]);
      }
      return ticks / TICKS;
    } catch (IOException notLinux) {
      return Double.NaN;
    }
  }
}
