package dev.adder.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.function.IntConsumer;

/** Cuts the last axis into ranges. Input (…, d); outputs (…, size) for each size in order. */
public final class Split implements FusedOperator {

  /** Numbers that are worth another thread. */
  private static final int PIECE = 1 << 15;

  private final long[] sizes;

  /**
   * @param sizes of the ranges; they add up to d
   */
  public Split(long... sizes) {
    this.sizes = sizes;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray x = inputs.get(0);
    Shape front = x.getShape().slice(0, x.getShape().dimension() - 1);
    NDList ranges = new NDList();
    for (long size : sizes) {
      ranges.add(x.getManager().create(front.add(size)));
    }
    copy(x, ranges, sizes, true);
    return ranges;
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    NDArray x = inputs.get(0);
    NDArray gradient = x.getManager().create(x.getShape());
    copy(gradient, outputGradients, sizes, false);
    gradients.add(0, gradient);
  }

  /** Copies rows of the whole to the ranges, or back; a range that is null is zero. */
  static void copy(NDArray whole, NDList ranges, long[] sizes, boolean apart) {
    int width = Math.toIntExact(Arrays.stream(sizes).sum());
    RawTensor all = RawTensor.of(whole);
    int rows = width == 0 ? 0 : all.size() / width;
    int from = 0;
    for (int i = 0; i < sizes.length; i++) {
      int size = Math.toIntExact(sizes[i]);
      int start = from;
      NDArray range = ranges.get(i);
      RawTensor part = range == null ? null : RawTensor.of(range);
      inPieces(
          rows,
          size,
          row -> {
            if (part == null) {
              all.clear(row * width + start, size);
            } else if (apart) {
              part.copy(row * size, all, row * width + start, size);
            } else {
              all.copy(row * width + start, part, row * size, size);
            }
          });
      from += size;
    }
  }

  /** Rows on all threads, some thousand numbers at a time. */
  private static void inPieces(int rows, int size, IntConsumer work) {
    int step = Math.max(1, PIECE / Math.max(1, size));
    Workers.run(
        (rows + step - 1) / step,
        piece -> {
          for (int row = piece * step; row < Math.min(rows, (piece + 1) * step); row++) {
            work.accept(row);
          }
        });
  }

  @Override
  public NDList reference(NDList inputs) {
    NDList ranges = new NDList();
    NDArray x = inputs.get(0);
    long from = 0;
    for (long size : sizes) {
      ranges.add(x.get(new NDIndex("..., " + from + ":" + (from + size))));
      from += size;
    }
    return ranges;
  }
}
