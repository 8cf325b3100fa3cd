package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Workers;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.jspecify.annotations.Nullable;

/**
 * {@link LongConvolution} in float32, side by side for as many channels as a vector has lanes.
 *
 * <p>All passes are one causal convolution of columns. With time turned round, ũ_j = u_{l−1−j}: the
 * gradient of u is the turned convolution of the turned gradient of y with K, and that of K the
 * turned convolution of it with u. D is added to K_0.
 */
final class LongConvolutionKernel {

  private static final int LANES = RawTensor.LANES;
  private static final int TILE = 4;

  /** Pieces that a batch is cut into, whatever the number of threads. */
  private static final int PIECES = 16;

  private final NDArray owner;
  private final int batch;
  private final int length;
  private final int channels;
  private final int blocks;
  private final int pieces;
  private final RawTensor u;
  private final RawTensor kernel;
  private final RawTensor skip;
  private final @Nullable RawTensor response;

  LongConvolutionKernel(NDList inputs) {
    owner = inputs.get(0);
    Shape shape = owner.getShape();
    batch = Math.toIntExact(shape.get(0));
    length = Math.toIntExact(shape.get(1));
    channels = Math.toIntExact(shape.get(2));
    blocks = (channels + LANES - 1) / LANES;
    pieces = Math.min(PIECES, batch);
    u = RawTensor.of(owner);
    kernel = RawTensor.of(inputs.get(1));
    skip = RawTensor.of(inputs.get(2));
    response = inputs.size() > 3 ? RawTensor.of(inputs.get(3)) : null;
  }

  /** A block of channels as a column of vectors, one for each time, 0 behind the last. */
  private final class Column {
    private final int block;
    private final VectorMask<Float> lanes;

    Column(int block) {
      this.block = block;
      lanes = RawTensor.SPECIES.indexInRange(block * LANES, channels);
    }

    float[] empty() {
      return new float[(length + TILE - 1) / TILE * TILE * LANES];
    }

    /** Reads rows of (l, d) from this row on, turned round if asked for. */
    void read(RawTensor from, int row, float[] to, boolean turned) {
      for (int t = 0; t < length; t++) {
        int at = (row + t) * channels + block * LANES;
        from.load(at, lanes).intoArray(to, (turned ? length - 1 - t : t) * LANES);
      }
    }

    void write(float[] from, RawTensor to, int row, boolean turned) {
      for (int t = 0; t < length; t++) {
        FloatVector value =
            FloatVector.fromArray(RawTensor.SPECIES, from, (turned ? length - 1 - t : t) * LANES);
        to.store(value, (row + t) * channels + block * LANES, lanes);
      }
    }

    /** K with D in its first entry. */
    float[] taps() {
      float[] taps = empty();
      read(kernel, 0, taps, false);
      if (length > 0) {
        FloatVector.fromArray(RawTensor.SPECIES, taps, 0)
            .add(skip.load(block * LANES, lanes))
            .intoArray(taps, 0);
      }
      return taps;
    }
  }

  private int firstOf(int piece) {
    return (int) ((long) batch * piece / pieces);
  }

  NDArray forward() {
    NDArray y = owner.getManager().create(owner.getShape());
    RawTensor to = RawTensor.of(y);
    Workers.run(
        blocks * pieces,
        task -> {
          Column column = new Column(task % blocks);
          float[] taps = column.taps();
          float[] start = column.empty();
          if (response != null) {
            column.read(response, 0, start, false);
          }
          float[] x = column.empty();
          float[] sums = column.empty();
          int piece = task / blocks;
          for (int s = firstOf(piece); s < firstOf(piece + 1); s++) {
            column.read(u, s * length, x, false);
            System.arraycopy(start, 0, sums, 0, sums.length);
            convolve(x, taps, sums);
            column.write(sums, to, s * length, false);
          }
        });
    return y;
  }

  void backward(NDArray outputGradient, GradientSink gradients) {
    RawTensor g = RawTensor.of(outputGradient);
    boolean needsTaps = gradients.needs(1) || gradients.needs(2);
    NDArray du = gradients.needs(0) ? owner.getManager().create(owner.getShape()) : null;
    RawTensor to = du == null ? null : RawTensor.of(du);
    float[][] ofTaps = new float[blocks * pieces][];
    Workers.run(
        blocks * pieces,
        task -> {
          Column column = new Column(task % blocks);
          float[] taps = column.taps();
          float[] turned = column.empty();
          float[] x = column.empty();
          float[] sums = column.empty();
          float[] dtaps = column.empty();
          int piece = task / blocks;
          for (int s = firstOf(piece); s < firstOf(piece + 1); s++) {
            column.read(g, s * length, turned, true);
            if (to != null) {
              java.util.Arrays.fill(sums, 0);
              convolve(turned, taps, sums);
              column.write(sums, to, s * length, true);
            }
            if (needsTaps) {
              column.read(u, s * length, x, false);
              convolve(turned, x, dtaps);
            }
          }
          ofTaps[task] = dtaps;
        });
    if (du != null) {
      gradients.add(0, du);
    }
    if (needsTaps) {
      addTaps(ofTaps, gradients);
    }
  }

  /** Sums up what the pieces of the batch say of K and D, in a fixed order. */
  private void addTaps(float[][] ofTaps, GradientSink gradients) {
    float[] dkernel = new float[length * channels];
    float[] dskip = new float[channels];
    for (int c = 0; c < channels; c++) {
      for (int t = 0; t < length; t++) {
        double sum = 0;
        for (int piece = 0; piece < pieces; piece++) {
          sum += ofTaps[piece * blocks + c / LANES][(length - 1 - t) * LANES + c % LANES];
        }
        dkernel[t * channels + c] = (float) sum;
      }
      dskip[c] = length > 0 ? dkernel[c] : 0;
    }
    if (gradients.needs(1)) {
      gradients.add(1, RawTensor.create(owner.getManager(), dkernel, new Shape(length, channels)));
    }
    if (gradients.needs(2)) {
      gradients.add(2, RawTensor.create(owner.getManager(), dskip, new Shape(channels)));
    }
  }

  private static FloatVector at(float[] column, int time) {
    return FloatVector.fromArray(RawTensor.SPECIES, column, time * LANES);
  }

  /** y_i += Σ_{j ≤ i} x_j w_{i−j} for columns of one length, in tiles of 4 sums by 4 inputs. */
  static void convolve(float[] x, float[] w, float[] y) {
    int padded = x.length / LANES;
    for (int i = 0; i < padded; i += TILE) {
      FloatVector y0 = at(y, i);
      FloatVector y1 = at(y, i + 1);
      FloatVector y2 = at(y, i + 2);
      FloatVector y3 = at(y, i + 3);
      for (int j = 0; j < i; j += TILE) {
        int lag = i - j;
        FloatVector x0 = at(x, j);
        FloatVector x1 = at(x, j + 1);
        FloatVector x2 = at(x, j + 2);
        FloatVector x3 = at(x, j + 3);
        FloatVector w0 = at(w, lag);
        FloatVector w1 = at(w, lag + 1);
        FloatVector w2 = at(w, lag + 2);
        FloatVector before1 = at(w, lag - 1);
        FloatVector before2 = at(w, lag - 2);
        y0 = x0.fma(w0, x1.fma(before1, x2.fma(before2, x3.fma(at(w, lag - 3), y0))));
        y1 = x0.fma(w1, x1.fma(w0, x2.fma(before1, x3.fma(before2, y1))));
        y2 = x0.fma(w2, x1.fma(w1, x2.fma(w0, x3.fma(before1, y2))));
        y3 = x0.fma(at(w, lag + 3), x1.fma(w2, x2.fma(w1, x3.fma(w0, y3))));
      }
      FloatVector x0 = at(x, i);
      FloatVector x1 = at(x, i + 1);
      FloatVector x2 = at(x, i + 2);
      FloatVector w0 = at(w, 0);
      FloatVector w1 = at(w, 1);
      FloatVector w2 = at(w, 2);
      x0.fma(w0, y0).intoArray(y, i * LANES);
      x0.fma(w1, x1.fma(w0, y1)).intoArray(y, (i + 1) * LANES);
      x0.fma(w2, x1.fma(w1, x2.fma(w0, y2))).intoArray(y, (i + 2) * LANES);
      x0.fma(at(w, 3), x1.fma(w2, x2.fma(w1, at(x, i + 3).fma(w0, y3))))
          .intoArray(y, (i + 3) * LANES);
    }
  }
}
