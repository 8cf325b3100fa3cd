package dev.adder.tensor;

import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Work in stages, of which each needs all of the one before: every stage is some pieces, which the
 * threads of {@link Workers} take one by one.
 *
 * <p>All stages are one piece of work for the pool, so that going from one to the next costs a look
 * at a counter instead of waking threads. A thread that the pool doesn't get, or gets late, is not
 * waited for: the others take its pieces. Nothing but a few bytes for the pool is allocated by a
 * run. One thread runs it at a time.
 */
public final class Stages {

  /** Pieces that may run at the same time. */
  public interface Stage {
    int pieces();

    void run(int piece);
  }

  private static final int LOOKS = 1_000;

  // Far apart, so that the two do not share a cache line.
  private static final int TAKEN = 32;
  private static final int DONE = 64;
  private static final int COUNTERS = 96;

  private final Stage[] stages;
  private final boolean alone;

  /** Number of pieces before each stage, and of all. */
  private final int[] before;

  private final IntConsumer thread = this::take;
  private final AtomicIntegerArray counters = new AtomicIntegerArray(COUNTERS);
  private volatile @Nullable Throwable failure;

  /**
   * @param stages in their order
   * @param alone whether the calling thread does everything: best where all of it takes only
   *     microseconds
   */
  public Stages(List<Stage> stages, boolean alone) {
    this.stages = stages.toArray(Stage[]::new);
    this.alone = alone;
    before = new int[stages.size() + 1];
    for (int i = 0; i < stages.size(); i++) {
      before[i + 1] = before[i] + stages.get(i).pieces();
    }
  }

  /** Runs all stages and returns when the last is done. */
  public void run() {
    counters.set(TAKEN, 0);
    counters.set(DONE, 0);
    failure = null;
    if (alone) {
      take(0);
    } else {
      Workers.run(Workers.threads(), thread);
    }
  }

  private void take(int index) {
    int all = before[before.length - 1];
    int stage = 0;
    for (int i = counters.getAndIncrement(TAKEN); i < all; i = counters.getAndIncrement(TAKEN)) {
      while (i >= before[stage + 1]) {
        stage++;
      }
      if (!await(before[stage])) {
        return;
      }
      try {
        stages[stage].run(i - before[stage]);
      } catch (RuntimeException | Error thrown) {
        failure = thrown;
        throw thrown;
      }
      counters.getAndIncrement(DONE);
    }
  }

  /** Waits until so many pieces are done; false if one of them failed. */
  private boolean await(int pieces) {
    for (int looks = 0; counters.get(DONE) < pieces; looks++) {
      if (failure != null) {
        return false;
      }
      if (looks < LOOKS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
    return true;
  }
}
