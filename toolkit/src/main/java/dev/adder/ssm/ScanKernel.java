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
 * {@link SelectiveScan} on the CPU in float32: vector lanes across channels, tile by tile ({@link
 * ScanTile}).
 *
 * <p>Forward keeps one state per {@value ScanTile#STEPS} steps. Backward goes through the tiles
 * last one first and computes the states inside a tile anew while they are in cache. Work is split
 * into sequences and groups of blocks. How many groups a task takes depends on the threads, the
 * sums do not: they are taken by group, and then over groups and sequences in order.
 */
final class ScanKernel {

  private static final int LANES = VectorMath.LANES;
  private static final int STEPS = ScanTile.STEPS;
  private static final int GROUP = ScanTile.GROUP;

  /** With more tasks than threads, a slow thread leaves some to the others. */
  private static final int TASKS_PER_THREAD = 2;

  /** One per thread: a tile's arrays are written anew by every task. */
  private static final ThreadLocal<@Nullable ScanTile> TILES = new ThreadLocal<>();

  private final NDManager manager;
  private final Shape wide;
  private final int batch;
  private final int length;
  private final int channels;
  private final int states;
  private final int blocks;
  private final int groups;
  private final int blocksPerTask;

  /** Of each sequence. */
  private final int tasks;

  private final int tiles;
  private final RawTensor x;
  private final RawTensor raw;
  private final RawTensor bias;
  private final RawTensor a;
  private final RawTensor b;
  private final RawTensor c;
  private final RawTensor skip;
  private final RawTensor z;
  private final @Nullable RawTensor initial;

  /** State before each tile, by (sequence, block, tile, state, lane). */
  private @Nullable NDArray kept;

  ScanKernel(NDList inputs) {
    manager = inputs.get(0).getManager();
    wide = inputs.get(0).getShape();
    batch = Math.toIntExact(wide.get(0));
    length = Math.toIntExact(wide.get(1));
    channels = Math.toIntExact(wide.get(2));
    states = Math.toIntExact(inputs.get(3).getShape().get(1));
    blocks = (channels + LANES - 1) / LANES;
    groups = Math.max(1, (blocks + GROUP - 1) / GROUP);
    int share = batch * groups / (TASKS_PER_THREAD * Workers.threads());
    int together = Math.max(1, Math.min(ScanTile.GROUPS, share));
    blocksPerTask = together * GROUP;
    tasks = (groups + together - 1) / together;
    tiles = (length + STEPS - 1) / STEPS;
    x = RawTensor.of(inputs.get(0));
    raw = RawTensor.of(inputs.get(1));
    bias = RawTensor.of(inputs.get(2));
    a = RawTensor.of(inputs.get(3));
    b = RawTensor.of(inputs.get(4));
    c = RawTensor.of(inputs.get(5));
    skip = RawTensor.of(inputs.get(6));
    z = RawTensor.of(inputs.get(7));
    initial = inputs.size() > 8 ? RawTensor.of(inputs.get(8)) : null;
  }

  /** For a task, which begins here: nothing that stands in it is of use. */
  private ScanTile tile() {
    ScanTile tile = TILES.get();
    if (tile == null || tile.states != states) {
      tile = new ScanTile(states);
      TILES.set(tile);
    }
    tile.settle();
    return tile;
  }

  NDList forward(boolean differentiate) {
    NDArray y = manager.create(wide);
    NDArray last = manager.create(new Shape(batch, channels, states));
    RawTensor output = RawTensor.of(y);
    RawTensor state = RawTensor.of(last);
    RawTensor path = null;
    if (differentiate) {
      kept = manager.create(new Shape(batch, blocks, tiles, states, LANES));
      path = RawTensor.of(kept);
    }
    RawTensor keep = path;
    Workers.run(
        batch * tasks,
        task -> {
          int sequence = task / tasks;
          int first = task % tasks * blocksPerTask;
          ScanTile tile = tile();
          forward(tile, sequence, first, output, keep);
          for (int block = first; block < end(first); block++) {
            writeStates(tile, tile.h, block - first, state, sequence, block);
          }
        });
    return new NDList(y, last);
  }

  private int lanes(int block) {
    return Math.min(LANES, channels - block * LANES);
  }

  /** Block behind the last of the task that begins here. */
  private int end(int first) {
    return Math.min(blocks, first + blocksPerTask);
  }

  private void forward(
      ScanTile tile, int sequence, int first, RawTensor output, @Nullable RawTensor keep) {
    loadChannels(tile, first);
    for (int block = first; block < end(first); block++) {
      readStates(initial, sequence, block, tile, tile.h, block - first);
      poison(tile, block - first);
    }
    for (int i = 0; i < tiles; i++) {
      int steps = Math.min(STEPS, length - i * STEPS);
      tile.readSelective(b, c, (sequence * length + i * STEPS) * states, steps);
      load(tile, sequence, first, i, steps);
      for (int block = first; block < end(first); block++) {
        int place = block - first;
        if (keep != null) {
          int from = tile.h + place * states * LANES;
          tile.write(from, keep, kept(sequence, block, i), states * LANES);
        }
        tile.forward(place, steps);
      }
      drain(tile, ScanTile.READ, output, sequence, first, i, steps);
    }
  }

  private int kept(int sequence, int block, int tile) {
    return ((sequence * blocks + block) * tiles + tile) * states * LANES;
  }

  /** Index of the tile's first number in a tensor (b, l, d). */
  private int row(int sequence, int tile, int block) {
    return (sequence * length + tile * STEPS) * channels + block * LANES;
  }

  /** What belongs to the channels of a task. */
  private void loadChannels(ScanTile tile, int first) {
    tile.clear(tile.aLog2, blocksPerTask * states * LANES);
    tile.clear(tile.skip, blocksPerTask * LANES);
    tile.clear(tile.bias, blocksPerTask * LANES);
    int from = first * LANES;
    int count = channels(first);
    tile.read(skip, from, tile.skip, count);
    tile.read(bias, from, tile.bias, count);
    for (int i = 0; i < count; i++) {
      int to = tile.aLog2 + i / LANES * states * LANES + i % LANES;
      for (int n = 0; n < states; n++) {
        tile.put(to + n * LANES, a.get((from + i) * states + n) * VectorMath.LOG2_E);
      }
    }
  }

  /** A decay is read from bits alone and would hide an A that is no number: the state shows it. */
  private void poison(ScanTile tile, int place) {
    int from = place * states * LANES;
    for (int i = from; i < from + states * LANES; i++) {
      if (!(tile.get(tile.aLog2 + i) <= 0)) {
        tile.put(tile.h + i, Float.NaN);
      }
    }
  }

  private void load(ScanTile tile, int sequence, int first, int index, int steps) {
    fill(tile, ScanTile.X, x, sequence, first, index, steps);
    fill(tile, ScanTile.RAW, raw, sequence, first, index, steps);
    fill(tile, ScanTile.Z, z, sequence, first, index, steps);
  }

  /** All blocks of a task, for the steps of one tile. */
  private void fill(
      ScanTile tile, int range, RawTensor from, int sequence, int first, int index, int steps) {
    int at = row(sequence, index, first);
    int count = channels(first);
    tile.fill(from, at, channels, steps, count, range, ScanTile.WIDE);
  }

  private void drain(
      ScanTile tile, int range, RawTensor to, int sequence, int first, int index, int steps) {
    int at = row(sequence, index, first);
    int count = channels(first);
    tile.drain(range, ScanTile.WIDE, to, at, channels, steps, count);
  }

  /** Channels of the task that begins here. */
  private int channels(int first) {
    return Math.min(channels, end(first) * LANES) - first * LANES;
  }

  /** (sequence, channel, state) into (state, lane) of a block; zeros where there is no tensor. */
  private void readStates(
      @Nullable RawTensor from, int sequence, int block, ScanTile tile, int range, int place) {
    int offset = range + place * states * LANES;
    tile.clear(offset, states * LANES);
    if (from == null) {
      return;
    }
    int start = (sequence * channels + block * LANES) * states;
    for (int lane = 0; lane < lanes(block); lane++) {
      for (int n = 0; n < states; n++) {
        tile.put(offset + n * LANES + lane, from.get(start + lane * states + n));
      }
    }
  }

  /** (state, lane) of a block into (sequence, channel, state). */
  private void writeStates(
      ScanTile tile, int range, int place, RawTensor to, int sequence, int block) {
    int offset = range + place * states * LANES;
    int start = (sequence * channels + block * LANES) * states;
    for (int lane = 0; lane < lanes(block); lane++) {
      for (int n = 0; n < states; n++) {
        to.put(start + lane * states + n, tile.get(offset + n * LANES + lane));
      }
    }
  }

  /**
   * The gradients, in the order of the inputs; frees what forward kept.
   *
   * @param ofOutput gradient of y; null if nobody used it
   * @param ofState gradient of the last state; null if nobody used it
   */
  void backward(@Nullable NDArray ofOutput, @Nullable NDArray ofState, GradientSink gradients) {
    Sums sums = new Sums(ofOutput, ofState);
    Workers.run(batch * tasks, task -> backward(task / tasks, task % tasks * blocksPerTask, sums));
    sums.deliver(gradients);
    kept.close();
  }

  /** What backward writes; sums over channels are kept by group, sums over time by sequence. */
  private final class Sums {
    private final @Nullable RawTensor ofOutput;
    private final @Nullable RawTensor ofState;
    private final NDArray dx = manager.create(wide);
    private final NDArray draw = manager.create(wide);
    private final NDArray dz = manager.create(wide);
    private final NDArray da = manager.create(new Shape(batch, channels, states));
    private final NDArray db = manager.create(new Shape(groups, batch, length, states));
    private final NDArray dc = manager.create(new Shape(groups, batch, length, states));
    private final NDArray dskip = manager.create(new Shape(batch, channels));
    private final NDArray dbias = manager.create(new Shape(batch, channels));
    private final NDArray dh = manager.create(new Shape(batch, channels, states));
    private final RawTensor rawDx = RawTensor.of(dx);
    private final RawTensor rawDraw = RawTensor.of(draw);
    private final RawTensor rawDz = RawTensor.of(dz);
    private final RawTensor rawDa = RawTensor.of(da);
    private final RawTensor rawDb = RawTensor.of(db);
    private final RawTensor rawDc = RawTensor.of(dc);
    private final RawTensor rawDskip = RawTensor.of(dskip);
    private final RawTensor rawDbias = RawTensor.of(dbias);
    private final RawTensor rawDh = RawTensor.of(dh);

    Sums(@Nullable NDArray ofOutput, @Nullable NDArray ofState) {
      this.ofOutput = ofOutput == null ? null : RawTensor.of(ofOutput);
      this.ofState = ofState == null ? null : RawTensor.of(ofState);
    }

    void deliver(GradientSink to) {
      to.offer(0, dx);
      to.offer(1, draw);
      to.offer(2, RowSum.of(dbias, new Shape(channels)));
      to.offer(3, RowSum.of(da, new Shape(channels, states)));
      to.offer(4, RowSum.of(db, new Shape(batch, length, states)));
      to.offer(5, RowSum.of(dc, new Shape(batch, length, states)));
      to.offer(6, RowSum.of(dskip, new Shape(channels)));
      to.offer(7, dz);
      if (initial != null) {
        to.offer(8, dh);
      } else {
        dh.close();
      }
    }
  }

  private void backward(int sequence, int first, Sums to) {
    int last = end(first);
    int behind = Math.min(groups, (first + blocksPerTask) / GROUP);
    ScanTile tile = tile();
    loadChannels(tile, first);
    tile.clear(tile.da, blocksPerTask * states * LANES);
    tile.clear(tile.dskip, blocksPerTask * LANES);
    tile.clear(tile.dbias, blocksPerTask * LANES);
    for (int block = first; block < last; block++) {
      readStates(to.ofState, sequence, block, tile, tile.dh, block - first);
    }
    RawTensor path = RawTensor.of(kept);
    for (int i = tiles - 1; i >= 0; i--) {
      int steps = Math.min(STEPS, length - i * STEPS);
      tile.readSelective(b, c, (sequence * length + i * STEPS) * states, steps);
      load(tile, sequence, first, i, steps);
      if (to.ofOutput == null) {
        tile.clear(ScanTile.G, blocksPerTask * ScanTile.WIDE);
      } else {
        fill(tile, ScanTile.G, to.ofOutput, sequence, first, i, steps);
      }
      for (int group = first / GROUP; group < behind; group++) {
        tile.clearSums();
        for (int block = group * GROUP; block < Math.min(last, (group + 1) * GROUP); block++) {
          int h = tile.h + (block - first) * states * LANES;
          tile.read(path, kept(sequence, block, i), h, states * LANES);
          tile.backward(block - first, steps);
        }
        int offset = ((group * batch + sequence) * length + i * STEPS) * states;
        tile.writeSums(ScanTile.DB, to.rawDb, offset, steps);
        tile.writeSums(ScanTile.DC, to.rawDc, offset, steps);
      }
      drain(tile, ScanTile.X, to.rawDx, sequence, first, i, steps);
      drain(tile, ScanTile.RAW, to.rawDraw, sequence, first, i, steps);
      drain(tile, ScanTile.Z, to.rawDz, sequence, first, i, steps);
    }
    for (int block = first; block < last; block++) {
      writeStates(tile, tile.dh, block - first, to.rawDh, sequence, block);
      writeStates(tile, tile.da, block - first, to.rawDa, sequence, block);
    }
    int channel = sequence * channels + first * LANES;
    int count = channels(first);
    tile.write(tile.dskip, to.rawDskip, channel, count);
    tile.write(tile.dbias, to.rawDbias, channel, count);
  }
}
