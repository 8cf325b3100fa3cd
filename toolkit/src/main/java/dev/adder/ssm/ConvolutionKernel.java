package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Workers;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * {@link CausalConvolution} on the CPU in float32: vector lanes across channels, tiles of steps
 * with the K − 1 steps that the taps reach beyond them. Nothing is kept for backward, which
 * computes the sums before SiLU anew: that costs less than reading them back.
 */
final class ConvolutionKernel {

  private static final int LANES = VectorMath.LANES;
  private static final int STEPS = ConvolutionTile.STEPS;
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

  /** One per thread: a tile's arrays are written anew by every task. */
  private static final ThreadLocal<@Nullable ConvolutionTile> TILES = new ThreadLocal<>();

  private static ConvolutionTile tile(int taps) {
    ConvolutionTile tile = TILES.get();
    if (tile == null || tile.w.length != taps * LANES) {
      tile = new ConvolutionTile(taps);
      TILES.set(tile);
    }
    return tile;
  }

  private void load(ConvolutionTile tile, int block) {
    Arrays.fill(tile.w, 0);
    Arrays.fill(tile.bias, 0);
    for (int lane = 0; lane < lanes(block); lane++) {
      int channel = block * LANES + lane;
      tile.bias[lane] = bias.get(channel);
      for (int k = 0; k < taps; k++) {
        tile.w[k * LANES + lane] = weight.get(channel * taps + k);
      }
    }
  }

  private int lanes(int block) {
    return Math.min(LANES, channels - block * LANES);
  }

  private interface Work {
    void on(int sequence, int block, ConvolutionTile tile);
  }

  private void run(Work work) {
    Workers.run(
        batch * groups,
        task -> {
          int first = task % groups * BLOCKS_PER_GROUP;
          ConvolutionTile tile = tile(taps);
          for (int block = first; block < Math.min(blocks, first + BLOCKS_PER_GROUP); block++) {
            load(tile, block);
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
            tile.forward(steps);
            ScanTile.drain(
                tile.output, 0, 0, to, row(sequence, t, block), channels, steps, lanes(block));
          }
          inputs(sequence, block, length - taps + 1, taps - 1, tile.input);
          ScanTile.drain(
              tile.input,
              0,
              0,
              behind,
              windowRow(sequence, 0, block),
              channels,
              taps - 1,
              lanes(block));
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
    Arrays.fill(to, 0, (lanes(block) == LANES ? before : rows) * LANES, 0);
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
          Arrays.fill(tile.dbias, 0);
          // The window's rows are those before step 0; they get their gradients with the rest.
          for (int t = 1 - taps; t < length; t += STEPS) {
            int steps = Math.min(STEPS, length - t);
            backward(sequence, block, t, steps, g, tile);
            int before = Math.max(0, Math.min(steps, -t));
            ScanTile.drain(
                tile.output,
                0,
                0,
                rawWindow,
                windowRow(sequence, t + taps - 1, block),
                channels,
                before,
                lanes(block));
            System.arraycopy(tile.output, before * LANES, tile.output, 0, (steps - before) * LANES);
            ScanTile.drain(
                tile.output,
                0,
                0,
                rawDx,
                row(sequence, t + before, block),
                channels,
                steps - before,
                lanes(block));
          }
          for (int lane = 0; lane < lanes(block); lane++) {
            int channel = sequence * channels + block * LANES + lane;
            rawDbias.put(channel, tile.dbias[lane]);
            for (int k = 0; k < taps; k++) {
              rawDw.put(channel * taps + k, tile.dw[k * LANES + lane]);
            }
          }
        });
    if (ofWindow != null) {
      addWindow(RawTensor.of(ofWindow), rawDx, rawWindow);
    }
    gradients.offer(0, dx);
    gradients.offer(1, RowSum.of(dw, new Shape(channels, 1, taps)));
    gradients.offer(2, RowSum.of(dbias, new Shape(channels)));
    if (window != null) {
      gradients.offer(3, dwindow);
    } else {
      dwindow.close();
    }
  }

  /** Gradients of the inputs at steps t … t + steps − 1 into the tile's output. */
  private void backward(
      int sequence, int block, int t, int steps, @Nullable RawTensor g, ConvolutionTile tile) {
    // Outputs that the inputs reach: from step max(t, 0) on, K − 1 steps more than the inputs.
    int first = Math.max(0, t);
    int end = Math.min(length, t + steps + taps - 1);
    int rows = g == null ? 0 : Math.max(0, end - first);
    if (rows > 0) {
      inputs(sequence, block, first - taps + 1, rows + taps - 1, tile.input);
      ScanTile.fill(
          g, row(sequence, first, block), channels, rows, lanes(block), tile.output, 0, 0);
    }
    tile.backward(first - t, rows, Math.max(0, Math.min(rows, t + steps - first)), steps);
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
