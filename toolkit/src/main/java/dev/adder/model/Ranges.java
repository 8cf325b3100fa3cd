package dev.adder.model;

import dev.adder.tensor.Stages;

/**
 * Rows of a stage of decoding, in equal ranges; the last one is shorter.
 *
 * @param rows of all
 * @param step rows of one range
 */
record Ranges(int rows, int step) {

  private static final int LARGE_BYTES = 512 << 10;
  private static final int SMALL_BYTES = 32 << 10;
  private static final int ENOUGH = 8;

  /** What is done for the rows of a range. */
  @FunctionalInterface
  interface Work {
    void run(int from, int to);
  }

  /**
   * Large enough to be worth taking, small enough for the threads to end together.
   *
   * @param bytes that are read for all rows
   */
  static Ranges of(int rows, double bytes) {
    double wanted = Math.max(bytes / LARGE_BYTES, Math.min(ENOUGH, bytes / SMALL_BYTES));
    int count = (int) Math.max(1, Math.min(rows, wanted));
    return new Ranges(rows, (rows + count - 1) / count);
  }

  /** A stage of these ranges. */
  Stages.Stage stage(Work work) {
    int count = (rows + step - 1) / step;
    return new Stages.Stage() {
      @Override
      public int pieces() {
        return count;
      }

      @Override
      public void run(int piece) {
        work.run(piece * step, Math.min(rows, (piece + 1) * step));
      }
    };
  }
}
