package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Workers;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * {@link CausalConvolution} on the CPU in float32: vector lanes across channels, tiles of steps
 * with the K − 1 steps that the taps reach beyond them. Nothing is kept for backward, which
 * computes the sums before SiLU anew: that costs less than reading them back.
 */
final class ConvolutionKernel {

  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = VectorMath.LANES;
  private static final int STEPS = 64;
  private static final int BLOCKS_PER_GROUP = 8;

  private final NDManager manager;
  private final Shape wide;
  private final int batch;
  private final int length;
  private final int channels;
  private final int taps;
  private final int blocks;
  private final int groups;
  private final RawTensor x;
  private final RawTensor weight;
  private final RawTensor bias;
  private final @Nullable RawTensor window;

  ConvolutionKernel(NDList inputs) {
    manager = inputs.get(0).getManager();
    wide = inputs.get(0).getShape();
    batch = Math.toIntExact(wide.get(0));
    length = Math.toIntExact(wide.get(1));
    channels = Math.toIntExact(wide.get(2));
    taps = Math.toIntExact(inputs.get(1).getShape().get(2));
    blocks = (channels + LANES - 1) / LANES;
    groups = (blocks + BLOCKS_PER_GROUP - 1) / BLOCKS_PER_GROUP;
    x = RawTensor.of(inputs.get(0));
    weight = RawTensor.of(inputs.get(1));
    bias = RawTensor.of(inputs.get(2));
    window = inputs.size() > 3 ? RawTensor.of(inputs.get(3)) : null;
  }

  /** What one task works on; arrays are by (row, lane). */
  private final class Tile {
    final float[] input = new float[(STEPS + 2 * taps) * LANES];
    final float[] sum = new float[(STEPS + taps) * LANES];
    final float[] gradient = new float[(STEPS + taps) * LANES];
    final float[] output = new float[STEPS * LANES];
    final float[] w = new float[taps * LANES];
    final float[] dw = new float[taps * LANES];
    final float[] shift = new float[LANES];
    final float[] dshift = new float[LANES];

    void load(int block) {
      for (int lane = 0; lane < lanes(block); lane++) {
        int channel = block * LANES + lane;
        shift[lane] = bias.get(channel);
        for (int k = 0; k < taps; k++) {
          w[k * LANES + lane] = weight.get(channel * taps + k);
        }
      }
    }
  }

  private int lanes(int block) {
    return Math.min(LANES, channels - block * LANES);
  }

  private interface Work {
    void on(int sequence, int block, Tile tile);
  }

  private void run(Work work) {
    Workers.run(
        batch * groups,
        task -> {
          int first = task % groups * BLOCKS_PER_GROUP;
          Tile tile = new Tile();
          for (int block = first; block < Math.min(blocks, first + BLOCKS_PER_GROUP); block++) {
            tile.load(block);
            work.on(task / groups, block, tile);
          }
        });
  }

  NDList forward() {
    NDArray y = manager.create(wide);
    NDArray after = manager.create(new Shape(batch, taps - 1, channels));
    RawTensor to = RawTensor.of(y);
    RawTensor behind = RawTensor.of(after);
    run(
        (sequence, block, tile) -> {
          for (int t = 0; t < length; t += STEPS) {
            int steps = Math.min(STEPS, length - t);
            inputs(sequence, block, t - taps + 1, steps + taps - 1, tile.input);
            sums(tile, steps);
            activate(tile, steps);
            ScanTile.drain(tile.output, to, row(sequence, t, block), channels, steps, lanes(block));
          }
          inputs(sequence, block, length - taps + 1, taps - 1, tile.input);
          ScanTile.drain(
              tile.input, behind, windowRow(sequence, 0, block), channels, taps - 1, lanes(block));
        });
    return new NDList(y, after);
  }

  private int row(int sequence, int step, int block) {
    return (sequence * length + step) * channels + block * LANES;
  }

  private int windowRow(int sequence, int step, int block) {
    return (sequence * (taps - 1) + step) * channels + block * LANES;
  }

  /** Input rows from a step on, which may lie in the window before the first. */
  private void inputs(int sequence, int block, int from, int rows, float[] to) {
    int before = Math.max(0, Math.min(rows, -from));
    Arrays.fill(to, 0, before * LANES, 0);
    if (window != null) {
      for (int i = 0; i < before; i++) {
        int at = windowRow(sequence, from + i + taps - 1, block);
        window.read(at, to, i * LANES, lanes(block));
      }
    }
    for (int i = before; i < rows; i++) {
      int at = row(sequence, from + i, block);
      if (lanes(block) == LANES) {
        x.load(at).intoArray(to, i * LANES);
      } else {
        x.read(at, to, i * LANES, lanes(block));
      }
    }
  }

  /** Σ_k w_k x_{t−K+1+k} + bias for rows of the tile. */
  private void sums(Tile tile, int rows) {
    FloatVector shift = FloatVector.fromArray(SPECIES, tile.shift, 0);
    for (int t = 0; t < rows; t++) {
      FloatVector sum = shift;
      for (int k = 0; k < taps; k++) {
        sum =
            FloatVector.fromArray(SPECIES, tile.w, k * LANES)
                .fma(FloatVector.fromArray(SPECIES, tile.input, (t + k) * LANES), sum);
      }
      sum.intoArray(tile.sum, t * LANES);
    }
  }

  private static void activate(Tile tile, int rows) {
    for (int t = 0; t < rows; t++) {
      FloatVector u = FloatVector.fromArray(SPECIES, tile.sum, t * LANES);
      u.mul(VectorMath.sigmoid(u)).intoArray(tile.output, t * LANES);
    }
  }

  void backward(@Nullable NDArray ofOutput, @Nullable NDArray ofWindow, GradientSink gradients) {
    NDArray dx = manager.create(wide);
    NDArray dw = manager.create(new Shape(batch, channels, taps));
    NDArray dbias = manager.create(new Shape(batch, channels));
    NDArray dwindow = manager.create(new Shape(batch, taps - 1, channels));
    RawTensor rawDx = RawTensor.of(dx);
    RawTensor rawDw = RawTensor.of(dw);
    RawTensor rawDbias = RawTensor.of(dbias);
    RawTensor rawWindow = RawTensor.of(dwindow);
    RawTensor g = ofOutput == null ? null : RawTensor.of(ofOutput);
    run(
        (sequence, block, tile) -> {
          Arrays.fill(tile.dw, 0);
          Arrays.fill(tile.dshift, 0);
          // The window's rows are those before step 0; they get their gradients with the rest.
          for (int t = 1 - taps; t < length; t += STEPS) {
            int steps = Math.min(STEPS, length - t);
            backward(sequence, block, t, steps, g, tile);
            int before = Math.max(0, Math.min(steps, -t));
            ScanTile.drain(
                tile.output,
                rawWindow,
                windowRow(sequence, t + taps - 1, block),
                channels,
                before,
                lanes(block));
            System.arraycopy(tile.output, before * LANES, tile.output, 0, (steps - before) * LANES);
            ScanTile.drain(
                tile.output,
                rawDx,
                row(sequence, t + before, block),
                channels,
                steps - before,
                lanes(block));
          }
          for (int lane = 0; lane < lanes(block); lane++) {
            int channel = sequence * channels + block * LANES + lane;
            rawDbias.put(channel, tile.dshift[lane]);
            for (int k = 0; k < taps; k++) {
              rawDw.put(channel * taps + k, tile.dw[k * LANES + lane]);
            }
          }
        });
    if (ofWindow != null) {
      addWindow(RawTensor.of(ofWindow), rawDx, rawWindow);
    }
    give(gradients, 0, dx);
    give(gradients, 1, RowSum.of(dw, new Shape(channels, 1, taps)));
    give(gradients, 2, RowSum.of(dbias, new Shape(channels)));
    if (window != null) {
      give(gradients, 3, dwindow);
    } else {
      dwindow.close();
    }
  }

  private static void give(GradientSink to, int input, NDArray gradient) {
    if (to.needs(input)) {
      to.add(input, gradient);
    } else {
      gradient.close();
    }
  }

  /**
   * Gradients of the inputs at steps t … t + steps − 1 into the tile's output: dx_s = Σ_k w_k g_{s
   * + K − 1 − k}, where g is the gradient of the sum before SiLU.
   */
  private void backward(
      int sequence, int block, int t, int steps, @Nullable RawTensor g, Tile tile) {
    // Sums that the inputs reach: from step max(t, 0) on, K − 1 steps more than the inputs.
    int first = Math.max(0, t);
    int end = Math.min(length, t + steps + taps - 1);
    int rows = Math.max(0, end - first);
    Arrays.fill(tile.gradient, 0);
    if (rows > 0 && g != null) {
      inputs(sequence, block, first - taps + 1, rows + taps - 1, tile.input);
      sums(tile, rows);
      float[] to = tile.output;
      for (int from = 0; from < rows; from += STEPS) {
        int some = Math.min(STEPS, rows - from);
        int at = row(sequence, first + from, block);
        ScanTile.fill(g, at, channels, some, lanes(block), to);
        slope(tile, to, from, first - t, some);
      }
      sumParameters(tile, first - t, first, Math.min(rows, t + steps - first));
    }
    transposed(tile, steps);
  }

  /** g ∘ d SiLU(u)/du = g ∘ σ(u)·(1 + u·(1 − σ(u))). */
  private static void slope(Tile tile, float[] g, int from, int shift, int rows) {
    for (int i = 0; i < rows; i++) {
      FloatVector u = FloatVector.fromArray(SPECIES, tile.sum, (from + i) * LANES);
      FloatVector sigmoid = VectorMath.sigmoid(u);
      FloatVector slope = sigmoid.mul(u.sub(u.mul(sigmoid)).add(1f));
      slope
          .mul(FloatVector.fromArray(SPECIES, g, i * LANES))
          .intoArray(tile.gradient, (shift + from + i) * LANES);
    }
  }

  /** The gradients of taps and bias from the sums at the tile's own steps. */
  private void sumParameters(Tile tile, int shift, int first, int rows) {
    for (int k = 0; k < taps; k++) {
      FloatVector sum = FloatVector.fromArray(SPECIES, tile.dw, k * LANES);
      for (int i = 0; i < rows; i++) {
        sum =
            FloatVector.fromArray(SPECIES, tile.gradient, (shift + i) * LANES)
                .fma(FloatVector.fromArray(SPECIES, tile.input, (i + k) * LANES), sum);
      }
      sum.intoArray(tile.dw, k * LANES);
    }
    FloatVector sum = FloatVector.fromArray(SPECIES, tile.dshift, 0);
    for (int i = 0; i < rows; i++) {
      sum = sum.add(FloatVector.fromArray(SPECIES, tile.gradient, (shift + i) * LANES));
    }
    sum.intoArray(tile.dshift, 0);
  }

  private void transposed(Tile tile, int steps) {
    for (int s = 0; s < steps; s++) {
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int k = 0; k < taps; k++) {
        sum =
            FloatVector.fromArray(SPECIES, tile.w, k * LANES)
                .fma(
                    FloatVector.fromArray(SPECIES, tile.gradient, (s + taps - 1 - k) * LANES), sum);
      }
      sum.intoArray(tile.output, s * LANES);
    }
  }

  /** The window behind the last step is a copy of the last inputs. */
  private void addWindow(RawTensor ofWindow, RawTensor dx, RawTensor dwindow) {
    for (int sequence = 0; sequence < batch; sequence++) {
      for (int j = 0; j < taps - 1; j++) {
        int step = length - (taps - 1) + j;
        for (int ch = 0; ch < channels; ch++) {
          float g = ofWindow.get((sequence * (taps - 1) + j) * channels + ch);
          RawTensor to = step >= 0 ? dx : dwindow;
          int at =
              step >= 0
                  ? (sequence * length + step) * channels + ch
                  : (sequence * (taps - 1) + step + taps - 1) * channels + ch;
          to.put(at, to.get(at) + g);
        }
      }
    }
  }
}
