package dev.adder.model;

import dev.adder.tensor.Stages;

/**
 * Rows of a stage of decoding, in equal ranges; the last one is shorter.
 *
 * @param rows of all
 * @param step rows of one range
 */
record Ranges(int rows, int step) {

  /** What is done for the rows of a range. */
  @FunctionalInterface
  interface Work {
    void run(int from, int to);
  }

  /**
   * @param bytes that are read for all rows
   * @param bytesOfRange that are read for one range, more or less
   */
  static Ranges of(int rows, double bytes, int bytesOfRange) {
    int wanted = (int) Math.max(1, bytes / bytesOfRange);
    return new Ranges(rows, (rows + wanted - 1) / wanted);
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
