package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Workers;

/** Sums over the first axis, in order, so that the bits do not depend on the threads. */
final class RowSum {

  private static final int PIECE = 1 << 13;

  private RowSum() {}

  /**
   * Σ over the first axis; closes what was summed.
   *
   * @param parts (m, …) in float32
   * @param shape of the rest
   */
  static NDArray of(NDArray parts, Shape shape) {
    NDArray sum = parts.getManager().create(shape);
    RawTensor from = RawTensor.of(parts);
    RawTensor to = RawTensor.of(sum);
    int size = to.size();
    int rows = Math.toIntExact(parts.getShape().get(0));
    Workers.run(
        (size + PIECE - 1) / PIECE,
        piece -> add(from, to, rows, piece * PIECE, Math.min(size, (piece + 1) * PIECE)));
    parts.close();
    return sum;
  }

  private static void add(RawTensor from, RawTensor to, int rows, int start, int end) {
    int size = to.size();
    int at = start;
    for (; at + RawTensor.LANES <= end; at += RawTensor.LANES) {
      var sum = jdk.incubator.vector.FloatVector.zero(RawTensor.SPECIES);
      for (int row = 0; row < rows; row++) {
        sum = sum.add(from.load(row * size + at));
      }
      to.store(sum, at);
    }
    for (; at < end; at++) {
      float sum = 0;
      for (int row = 0; row < rows; row++) {
        sum += from.get(row * size + at);
      }
      to.put(at, sum);
    }
  }
}
