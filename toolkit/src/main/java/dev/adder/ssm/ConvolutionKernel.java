package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Workers;
import org.jspecify.annotations.Nullable;

/**
 * {@link CausalConvolution} on the CPU in float32: vector lanes across channels, tiles of steps
 * with the K − 1 steps that the taps reach beyond them, read row by row for a group of blocks
 * (block by block, every vector would be on another page). Nothing is kept for backward, which
 * computes the sums before SiLU anew: that costs less than reading them back.
 */
final class ConvolutionKernel {

  private static final int LANES = VectorMath.LANES;
  private static final int STEPS = ConvolutionTile.STEPS;
  private static final int BLOCKS_PER_GROUP = ConvolutionTile.BLOCKS;

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
    if (tile == null || tile.taps != taps) {
      tile = new ConvolutionTile(taps);
      TILES.set(tile);
    }
    tile.settle();
    return tile;
  }

  /** What belongs to the channels of the group that begins here. */
  private void load(ConvolutionTile tile, int first) {
    tile.clear(tile.w, BLOCKS_PER_GROUP * taps * LANES);
    tile.clear(tile.bias, BLOCKS_PER_GROUP * LANES);
    int from = first * LANES;
    for (int i = 0; i < channels(first); i++) {
      tile.put(tile.bias + i, bias.get(from + i));
      for (int k = 0; k < taps; k++) {
        tile.put(tile.w + tap(i, k), weight.get((from + i) * taps + k));
      }
    }
  }

  /** Where a channel's tap lies in (block, tap, lane). */
  private int tap(int channel, int k) {
    return (channel / LANES * taps + k) * LANES + channel % LANES;
  }

  /** Block behind the last of the group that begins here. */
  private int end(int first) {
    return Math.min(blocks, first + BLOCKS_PER_GROUP);
  }

  /** Channels of the group that begins here. */
  private int channels(int first) {
    return Math.min(channels, end(first) * LANES) - first * LANES;
  }

  /** Work on one group of blocks of a sequence. */
  private interface Work {
    void on(int sequence, int first, ConvolutionTile tile);
  }

  private void run(Work work) {
    Workers.run(
        batch * groups,
        task -> {
          int first = task % groups * BLOCKS_PER_GROUP;
          ConvolutionTile tile = tile(taps);
          load(tile, first);
          work.on(task / groups, first, tile);
        });
  }

  NDList forward() {
    NDArray y = manager.create(wide);
    NDArray after = manager.create(new Shape(batch, taps - 1, channels));
    RawTensor to = RawTensor.of(y);
    RawTensor behind = RawTensor.of(after);
    run(
        (sequence, first, tile) -> {
          for (int t = 0; t < length; t += STEPS) {
            int steps = Math.min(STEPS, length - t);
            inputs(sequence, first, t - taps + 1, steps + taps - 1, tile);
            for (int block = first; block < end(first); block++) {
              tile.forward(block - first, steps);
            }
            drainOutput(tile, 0, to, row(sequence, t, first), first, steps);
          }
          inputs(sequence, first, length - taps + 1, taps - 1, tile);
          tile.drain(
              tile.input,
              tile.inputSize,
              behind,
              windowRow(sequence, 0, first),
              channels,
              taps - 1,
              channels(first));
        });
    return new NDList(y, after);
  }

  /** Rows of the tile's output, from one of them on, to rows of a tensor. */
  private void drainOutput(
      ConvolutionTile tile, int from, RawTensor to, int at, int first, int rows) {
    int start = tile.output + from * LANES;
    tile.drain(start, tile.outputSize, to, at, channels, rows, channels(first));
  }

  private int row(int sequence, int step, int block) {
    return (sequence * length + step) * channels + block * LANES;
  }

  private int windowRow(int sequence, int step, int block) {
    return (sequence * (taps - 1) + step) * channels + block * LANES;
  }

  /** Input rows from a step on, which may lie in the window before the first. */
  private void inputs(int sequence, int first, int from, int rows, ConvolutionTile tile) {
    int before = Math.max(0, Math.min(rows, -from));
    int size = tile.inputSize;
    int count = channels(first);
    if (window == null) {
      for (int block = 0; block < end(first) - first; block++) {
        tile.clear(tile.input + block * size, before * LANES);
      }
    } else {
      int at = windowRow(sequence, from + taps - 1, first);
      tile.fill(window, at, channels, before, count, tile.input, size);
    }
    int at = row(sequence, from + before, first);
    tile.fill(x, at, channels, rows - before, count, tile.input + before * LANES, size);
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
        (sequence, first, tile) -> {
          tile.clear(tile.dw, BLOCKS_PER_GROUP * taps * LANES);
          tile.clear(tile.dbias, BLOCKS_PER_GROUP * LANES);
          // The window's rows are those before step 0; they get their gradients with the rest.
          for (int t = 1 - taps; t < length; t += STEPS) {
            int steps = Math.min(STEPS, length - t);
            backward(sequence, first, t, steps, g, tile);
            int before = Math.max(0, Math.min(steps, -t));
            int window = windowRow(sequence, t + taps - 1, first);
            drainOutput(tile, 0, rawWindow, window, first, before);
            int own = row(sequence, t + before, first);
            drainOutput(tile, before, rawDx, own, first, steps - before);
          }
          for (int i = 0; i < channels(first); i++) {
            int channel = sequence * channels + first * LANES + i;
            rawDbias.put(channel, tile.get(tile.dbias + i));
            for (int k = 0; k < taps; k++) {
              rawDw.put(channel * taps + k, tile.get(tile.dw + tap(i, k)));
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
      int sequence, int first, int t, int steps, @Nullable RawTensor g, ConvolutionTile tile) {
    // Outputs that the inputs reach: from step max(t, 0) on, K − 1 steps more than the inputs.
    int start = Math.max(0, t);
    int end = Math.min(length, t + steps + taps - 1);
    int rows = g == null ? 0 : Math.max(0, end - start);
    if (rows > 0) {
      inputs(sequence, first, start - taps + 1, rows + taps - 1, tile);
      int at = row(sequence, start, first);
      tile.fill(g, at, channels, rows, channels(first), tile.output, tile.outputSize);
    }
    int own = Math.max(0, Math.min(rows, t + steps - start));
    for (int block = first; block < end(first); block++) {
      tile.backward(block - first, start - t, rows, own, steps);
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
