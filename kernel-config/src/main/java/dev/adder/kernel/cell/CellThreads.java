package dev.adder.kernel.cell;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * The threads that a cell has begun. When it is stopped they are given time to see the stop flag,
 * which the next cell lowers: a thread that missed it would compute for ever.
 */
final class CellThreads {

  private static final long LONGEST_MILLIS = 1000;
  private static final long PAUSE_MILLIS = 2;

  private final Set<Thread> before = all();

  /** The threads there are now. */
  private static Set<Thread> all() {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    while (group.getParent() != null) {
      group = group.getParent();
    }
    Thread[] threads = new Thread[2 * group.activeCount() + 16];
    int count = group.enumerate(threads);
    return new HashSet<>(Arrays.asList(threads).subList(0, count));
  }

  /** Waits until none that was begun since computes any more, a second at most. */
  void awaitRest() {
    long end = System.nanoTime() + LONGEST_MILLIS * 1_000_000;
    try {
      while (busy() && System.nanoTime() < end) {
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (InterruptedException again) {
      // A second interrupt of a cell that is ending anyway: nothing is left to be stopped.
      Thread.currentThread().interrupt();
    }
  }

  private boolean busy() {
    return all().stream()
        .filter(thread -> !before.contains(thread))
        .anyMatch(thread -> thread.getState() == Thread.State.RUNNABLE);
  }
}
