package dev.adder.ssm;

import dev.adder.tensor.RawTensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * y = W x for a matrix in a tensor's memory and a few vectors, as fast as the memory is read.
 *
 * <p>Two rows far apart are read side by side, each with two sums. Measured on two cores and 157
 * MB: this reads 66 to 72 GB/s where one row after the other, and a plain read of the same bytes,
 * reach 55 to 59, four rows far apart 62, and two or four neighbouring rows 20 to 26. A row's sum
 * does not depend on which rows and vectors are computed with it.
 *
 * <p>What is left of the columns is added by a loop of its own: with it, the method of the pairs
 * would be longer than HotSpot inlines on JDK 25, and vectors would be allocated.
 */
public final class MatrixVector {

  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = VectorMath.LANES;

  private MatrixVector() {}

  /**
   * Some rows of a product with several vectors; a row is read from memory once for all of them.
   *
   * @param w (rows, columns)
   * @param from first row
   * @param to row behind the last
   * @param count so many vectors are multiplied
   * @param x of each vector at least {@code columns} numbers
   * @param y receives row i of each product at {@code i}
   */
  public static void multiply(
      RawTensor w, int from, int to, int columns, int count, float[][] x, float[][] y) {
    int half = (to - from) / 2;
    for (int i = from; i < from + half; i++) {
      for (int v = 0; v < count; v++) {
        pair(w, i * columns, (i + half) * columns, columns, x[v], y[v], i, y[v], i + half);
      }
    }
    if (from + 2 * half < to) {
      int last = (to - 1) * columns;
      for (int v = 0; v < count; v++) {
        pair(w, last, last, columns, x[v], y[v], to - 1, y[v], to - 1);
      }
    }
    addRest(w, from, to - from, columns, count, x, y, from);
  }

  /**
   * The same rows of the upper and of the lower half of a matrix.
   *
   * @param w (2 · rows, columns)
   * @param from first row of each half
   * @param to row behind the last
   * @param count so many vectors are multiplied
   * @param x of each vector at least {@code columns} numbers
   * @param upper receives row i of the upper half at {@code i}
   * @param lower receives row i of the lower half at {@code i}
   */
  public static void multiplyHalves(
      RawTensor w,
      int from,
      int to,
      int columns,
      int count,
      float[][] x,
      float[][] upper,
      float[][] lower) {
    int half = w.size() / 2;
    for (int i = from; i < to; i++) {
      for (int v = 0; v < count; v++) {
        pair(w, i * columns, half + i * columns, columns, x[v], upper[v], i, lower[v], i);
      }
    }
    addRest(w, from, to - from, columns, count, x, upper, from);
    addRest(w, half / columns + from, to - from, columns, count, x, lower, from);
  }

  private static void pair(
      RawTensor w,
      int first,
      int second,
      int columns,
      float[] x,
      float[] toFirst,
      int atFirst,
      float[] toSecond,
      int atSecond) {
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i + 2 * LANES <= columns; i += 2 * LANES) {
      FloatVector even = FloatVector.fromArray(SPECIES, x, i);
      FloatVector odd = FloatVector.fromArray(SPECIES, x, i + LANES);
      a = w.load(first + i).fma(even, a);
      b = w.load(first + i + LANES).fma(odd, b);
      c = w.load(second + i).fma(even, c);
      d = w.load(second + i + LANES).fma(odd, d);
    }
    toFirst[atFirst] = LaneSum.of(a.add(b));
    toSecond[atSecond] = LaneSum.of(c.add(d));
  }

  /** The columns behind the last two whole vectors of some rows. */
  private static void addRest(
      RawTensor w, int from, int rows, int columns, int count, float[][] x, float[][] y, int at) {
    int rest = columns / (2 * LANES) * (2 * LANES);
    if (rest == columns) {
      return;
    }
    for (int v = 0; v < count; v++) {
      for (int i = 0; i < rows; i++) {
        y[v][at + i] += rest(w, (from + i) * columns, rest, columns, x[v]);
      }
    }
  }

  private static float rest(RawTensor w, int row, int rest, int columns, float[] x) {
    int start = rest + (rest + LANES <= columns ? LANES : 0);
    float sum = start > rest ? one(w, row + rest, x, rest) : 0;
    for (int j = start; j < columns; j++) {
      sum += w.get(row + j) * x[j];
    }
    return sum;
  }

  private static float one(RawTensor w, int at, float[] x, int from) {
    return LaneSum.of(w.load(at).mul(FloatVector.fromArray(SPECIES, x, from)));
  }
}
