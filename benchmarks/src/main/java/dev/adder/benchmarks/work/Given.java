package dev.adder.benchmarks.work;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.adder.data.TokenBatch;
import dev.adder.tensor.RawTensor;

/** Inputs made by formula, so that every implementation gets the same ones. */
public final class Given {

  private static final long GOLDEN = 2_654_435_761L;
  private static final long STREAM = 40_503L;
  private static final long MASK = 0xffff_ffffL;

  private Given() {}

  /** The i-th token of the text. */
  public static int token(long i, int vocabulary) {
    return (int) ((31 * i * i + 17 * i + 7) % vocabulary);
  }

  /** Rows of the text, with the next token as target of every position. */
  public static TokenBatch batch(int batch, int length, int vocabulary) {
    int[] ids = new int[batch * length];
    int[] targets = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = token(i, vocabulary);
      targets[i] = token(i + 1L, vocabulary);
    }
    return new TokenBatch(batch, length, ids, targets);
  }

  /** The first tokens of the text as a tensor (b, l). */
  public static NDArray ids(NDManager manager, int batch, int length, int vocabulary) {
    long[] ids = new long[batch * length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = token(i, vocabulary);
    }
    return RawTensor.create(manager, ids, new Shape(batch, length));
  }

  /**
   * Values spread evenly over a range, the same for the same stream.
   *
   * @param stream tells tensors of one case apart
   */
  public static NDArray values(
      NDManager manager, long stream, double low, double high, Shape shape) {
    float[] values = new float[Math.toIntExact(shape.size())];
    for (int i = 0; i < values.length; i++) {
      double share = ((i * GOLDEN + stream * STREAM) & MASK) / 4_294_967_296.0;
      values[i] = (float) (low + share * (high - low));
    }
    return RawTensor.create(manager, values, shape);
  }
}
