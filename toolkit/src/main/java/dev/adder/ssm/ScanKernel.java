package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Workers;
import java.nio.FloatBuffer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link SelectiveScan} on the CPU in float32: vector lanes across channels, the states of a lane
 * block in cache, time running innermost.
 *
 * <p>Forward keeps one state per chunk of {@value #CHUNK} steps. Backward goes through the chunks
 * last one first, recomputes the states inside the chunk and uses them while they are in cache.
 * Channels are padded to whole lane blocks. Work is split into (sequence, group of blocks) by shape
 * alone, and sums over groups and sequences are taken in order, so that the bits do not depend on
 * the threads.
 */
final class ScanKernel {

  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = VectorMath.LANES;
  private static final int CHUNK = 32;
  private static final int BLOCKS_PER_GROUP = 24;

  private final NDArray owner;
  private final boolean initial;
  private final int batch;
  private final int length;
  private final int channels;
  private final int states;
  private final int width;
  private final int blocks;
  private final int groups;
  private final int chunks;

  private final float[] x;
  private final float[] raw;
  private final float[] z;
  private final float[] b;
  private final float[] c;

  /** A by (state, channel). */
  private final float[] a;

  private final float[] skip;

  /** State before each chunk and behind the last step, by (sequence, chunk, state, channel). */
  private final float[] checkpoints;

  private final int kept;

  ScanKernel(NDList inputs, boolean differentiate) {
    owner = inputs.get(0);
    Shape shape = owner.getShape();
    batch = Math.toIntExact(shape.get(0));
    length = Math.toIntExact(shape.get(1));
    channels = Math.toIntExact(shape.get(2));
    states = Math.toIntExact(inputs.get(2).getShape().get(1));
    blocks = (channels + LANES - 1) / LANES;
    width = blocks * LANES;
    groups = Math.max(1, (blocks + BLOCKS_PER_GROUP - 1) / BLOCKS_PER_GROUP);
    chunks = (length + CHUNK - 1) / CHUNK;
    kept = differentiate ? chunks + 1 : 1;
    initial = inputs.size() > 7;
    x = rows(inputs.get(0));
    raw = rows(inputs.get(1));
    z = rows(inputs.get(6));
    b = RawTensor.of(inputs.get(3)).toFloatArray();
    c = RawTensor.of(inputs.get(4)).toFloatArray();
    skip = rows(inputs.get(5));
    a = new float[states * width];
    transpose(RawTensor.of(inputs.get(2)).toFloatArray(), 0, a, 0);
    checkpoints = new float[Math.multiplyExact(batch * kept, states * width)];
    if (initial) {
      float[] h0 = RawTensor.of(inputs.get(7)).toFloatArray();
      for (int s = 0; s < batch; s++) {
        transpose(h0, s * channels * states, checkpoints, s * kept * states * width);
      }
    }
  }

  /** Rows of {@code channels} as rows of {@code width}, padded by zeros. */
  private float[] rows(NDArray tensor) {
    RawTensor from = RawTensor.of(tensor);
    if (width == channels) {
      return from.toFloatArray();
    }
    int count = from.size() / Math.max(1, channels);
    float[] padded = new float[count * width];
    FloatBuffer source = from.floats();
    for (int i = 0; i < count; i++) {
      source.get(padded, i * width, channels);
    }
    return padded;
  }

  private NDArray tensor(float[] padded, Shape shape) {
    NDArray made = owner.getManager().create(shape);
    RawTensor to = RawTensor.of(made);
    FloatBuffer target = to.floats();
    if (width == channels) {
      target.put(padded, 0, to.size());
    } else {
      for (int i = 0; i < to.size() / Math.max(1, channels); i++) {
        target.put(padded, i * width, channels);
      }
    }
    return made;
  }

  /** (channel, state) to (state, channel), padded. */
  private void transpose(float[] from, int fromOffset, float[] to, int toOffset) {
    for (int ch = 0; ch < channels; ch++) {
      for (int n = 0; n < states; n++) {
        to[toOffset + n * width + ch] = from[fromOffset + ch * states + n];
      }
    }
  }

  /** (state, channel), padded, to (channel, state). */
  private void transposeBack(float[] from, int fromOffset, float[] to, int toOffset) {
    for (int ch = 0; ch < channels; ch++) {
      for (int n = 0; n < states; n++) {
        to[toOffset + ch * states + n] = from[fromOffset + n * width + ch];
      }
    }
  }

  NDList forward() {
    float[] y = new float[batch * length * width];
    Workers.run(
        batch * groups,
        task -> {
          int sequence = task / groups;
          int group = task % groups;
          int last = Math.min(blocks, (group + 1) * BLOCKS_PER_GROUP);
          float[] h = new float[states * LANES];
          for (int block = group * BLOCKS_PER_GROUP; block < last; block++) {
            forward(sequence, block * LANES, h, y);
          }
        });
    float[] last = new float[batch * channels * states];
    for (int s = 0; s < batch; s++) {
      transposeBack(checkpoints, checkpoint(s, kept - 1), last, s * channels * states);
    }
    NDArray state = owner.getManager().create(new Shape(batch, channels, states));
    RawTensor.of(state).set(last);
    return new NDList(tensor(y, owner.getShape()), state);
  }

  private int checkpoint(int sequence, int index) {
    return (sequence * kept + index) * states * width;
  }

  private void forward(int sequence, int channel, float[] h, float[] y) {
    copyState(checkpoints, checkpoint(sequence, 0) + channel, width, h, 0, LANES);
    FloatVector d = FloatVector.fromArray(SPECIES, skip, channel);
    for (int t = 0; t < length; t++) {
      if (kept > 1 && t % CHUNK == 0) {
        int to = checkpoint(sequence, t / CHUNK) + channel;
        copyState(h, 0, LANES, checkpoints, to, width);
      }
      int row = sequence * length + t;
      int at = row * width + channel;
      FloatVector xt = FloatVector.fromArray(SPECIES, x, at);
      FloatVector delta = VectorMath.softplus(FloatVector.fromArray(SPECIES, raw, at));
      FloatVector drive = delta.mul(xt);
      FloatVector sum = d.mul(xt);
      for (int n = 0; n < states; n++) {
        FloatVector an = FloatVector.fromArray(SPECIES, a, n * width + channel);
        FloatVector hn = FloatVector.fromArray(SPECIES, h, n * LANES);
        hn = VectorMath.exp(delta.mul(an)).fma(hn, drive.mul(b[row * states + n]));
        hn.intoArray(h, n * LANES);
        sum = hn.fma(FloatVector.broadcast(SPECIES, c[row * states + n]), sum);
      }
      FloatVector zt = FloatVector.fromArray(SPECIES, z, at);
      sum.mul(zt.mul(VectorMath.sigmoid(zt))).intoArray(y, at);
    }
    copyState(h, 0, LANES, checkpoints, checkpoint(sequence, kept - 1) + channel, width);
  }

  private void copyState(
      float[] from, int fromOffset, int fromStride, float[] to, int toOffset, int toStride) {
    for (int n = 0; n < states; n++) {
      System.arraycopy(from, fromOffset + n * fromStride, to, toOffset + n * toStride, LANES);
    }
  }

  NDList backward(NDList outputGradients) {
    Gradients gradients = new Gradients(outputGradients);
    Workers.run(batch * groups, task -> backward(task / groups, task % groups, gradients));
    return gradients.collect();
  }

  /** What backward writes to; sums over channels are kept by group, sums over time by sequence. */
  private final class Gradients {
    final float[] y;
    final float[] dx = new float[x.length];
    final float[] draw = new float[x.length];
    final float[] dz = new float[x.length];
    final float[] da = new float[batch * states * width];
    final float[] dskip = new float[batch * width];
    final float[] db = new float[groups * b.length];
    final float[] dc = new float[groups * c.length];

    /** Gradient of the state, by (sequence, state, channel): starts as that of the last state. */
    final float[] dh = new float[batch * states * width];

    Gradients(NDList outputGradients) {
      y = rows(outputGradients.get(0));
      float[] last = RawTensor.of(outputGradients.get(1)).toFloatArray();
      for (int s = 0; s < batch; s++) {
        transpose(last, s * channels * states, dh, s * states * width);
      }
    }

    NDList collect() {
      Shape selective = new Shape(batch, length, states);
      float[] aGradient = new float[channels * states];
      transposeBack(sum(da, batch), 0, aGradient, 0);
      NDList all =
          new NDList(
              tensor(dx, owner.getShape()),
              tensor(draw, owner.getShape()),
              RawTensor.create(owner.getManager(), aGradient, new Shape(channels, states)),
              RawTensor.create(owner.getManager(), sum(db, groups), selective),
              RawTensor.create(owner.getManager(), sum(dc, groups), selective),
              tensor(sum(dskip, batch), new Shape(channels)),
              tensor(dz, owner.getShape()));
      if (initial) {
        float[] h0 = new float[batch * channels * states];
        for (int s = 0; s < batch; s++) {
          transposeBack(dh, s * states * width, h0, s * channels * states);
        }
        all.add(RawTensor.create(owner.getManager(), h0, new Shape(batch, channels, states)));
      }
      return all;
    }

    private float[] sum(float[] parts, int count) {
      if (count == 0) {
        return new float[parts.length];
      }
      float[] total = java.util.Arrays.copyOf(parts, parts.length / count);
      for (int i = 1; i < count; i++) {
        for (int j = 0; j < total.length; j++) {
          total[j] += parts[i * total.length + j];
        }
      }
      return total;
    }
  }

  private void backward(int sequence, int group, Gradients to) {
    int first = group * BLOCKS_PER_GROUP;
    int last = Math.min(blocks, first + BLOCKS_PER_GROUP);
    Scratch scratch = new Scratch();
    for (int chunk = chunks - 1; chunk >= 0; chunk--) {
      scratch.clearSums();
      for (int block = first; block < last; block++) {
        recompute(sequence, chunk, block * LANES, scratch);
        backThrough(sequence, chunk, block * LANES, scratch, to);
      }
      int steps = Math.min(CHUNK, length - chunk * CHUNK);
      int offset = group * b.length + (sequence * length + chunk * CHUNK) * states;
      for (int i = 0; i < steps * states; i++) {
        to.db[offset + i] = total(scratch.db, i * LANES);
        to.dc[offset + i] = total(scratch.dc, i * LANES);
      }
    }
  }

  private static float total(float[] lanes, int offset) {
    float sum = 0;
    for (int i = 0; i < LANES; i++) {
      sum += lanes[offset + i];
    }
    return sum;
  }

  /** What one task needs of one chunk: small enough to stay in cache. */
  private final class Scratch {
    /** States before each step of the chunk and behind the last, by (step, state, lane). */
    final float[] h = new float[(CHUNK + 1) * states * LANES];

    /** exp(Δ A) by (step, state, lane). */
    final float[] decay = new float[CHUNK * states * LANES];

    final float[] delta = new float[CHUNK * LANES];

    /** C h + D x by (step, lane). */
    final float[] read = new float[CHUNK * LANES];

    final float[] db = new float[CHUNK * states * LANES];
    final float[] dc = new float[CHUNK * states * LANES];
    final float[] dh = new float[states * LANES];
    final float[] da = new float[states * LANES];

    void clearSums() {
      java.util.Arrays.fill(db, 0);
      java.util.Arrays.fill(dc, 0);
    }
  }

  private void recompute(int sequence, int chunk, int channel, Scratch s) {
    int steps = Math.min(CHUNK, length - chunk * CHUNK);
    copyState(checkpoints, checkpoint(sequence, chunk) + channel, width, s.h, 0, LANES);
    FloatVector d = FloatVector.fromArray(SPECIES, skip, channel);
    for (int i = 0; i < steps; i++) {
      int row = sequence * length + chunk * CHUNK + i;
      int at = row * width + channel;
      FloatVector xt = FloatVector.fromArray(SPECIES, x, at);
      FloatVector delta = VectorMath.softplus(FloatVector.fromArray(SPECIES, raw, at));
      delta.intoArray(s.delta, i * LANES);
      FloatVector drive = delta.mul(xt);
      FloatVector sum = d.mul(xt);
      for (int n = 0; n < states; n++) {
        int place = (i * states + n) * LANES;
        FloatVector an = FloatVector.fromArray(SPECIES, a, n * width + channel);
        FloatVector decay = VectorMath.exp(delta.mul(an));
        decay.intoArray(s.decay, place);
        FloatVector hn =
            decay.fma(FloatVector.fromArray(SPECIES, s.h, place), drive.mul(b[row * states + n]));
        hn.intoArray(s.h, place + states * LANES);
        sum = hn.fma(FloatVector.broadcast(SPECIES, c[row * states + n]), sum);
      }
      sum.intoArray(s.read, i * LANES);
    }
  }

  private void backThrough(int sequence, int chunk, int channel, Scratch s, Gradients to) {
    int steps = Math.min(CHUNK, length - chunk * CHUNK);
    int state = sequence * states * width + channel;
    copyState(to.dh, state, width, s.dh, 0, LANES);
    copyState(to.da, state, width, s.da, 0, LANES);
    FloatVector d = FloatVector.fromArray(SPECIES, skip, channel);
    FloatVector dskip = FloatVector.fromArray(SPECIES, to.dskip, sequence * width + channel);
    for (int i = steps - 1; i >= 0; i--) {
      int row = sequence * length + chunk * CHUNK + i;
      int at = row * width + channel;
      FloatVector g = FloatVector.fromArray(SPECIES, to.y, at);
      FloatVector zt = FloatVector.fromArray(SPECIES, z, at);
      FloatVector sigmoid = VectorMath.sigmoid(zt);
      FloatVector silu = zt.mul(sigmoid);
      // d SiLU(z)/dz = σ·(1 + z − SiLU(z))
      FloatVector slope = sigmoid.mul(zt.sub(silu).add(1f));
      g.mul(FloatVector.fromArray(SPECIES, s.read, i * LANES)).mul(slope).intoArray(to.dz, at);
      FloatVector gr = g.mul(silu);
      FloatVector xt = FloatVector.fromArray(SPECIES, x, at);
      FloatVector delta = FloatVector.fromArray(SPECIES, s.delta, i * LANES);
      FloatVector drive = delta.mul(xt);
      FloatVector ddrive = FloatVector.zero(SPECIES);
      FloatVector ddelta = FloatVector.zero(SPECIES);
      for (int n = 0; n < states; n++) {
        int place = (i * states + n) * LANES;
        FloatVector before = FloatVector.fromArray(SPECIES, s.h, place);
        FloatVector after = FloatVector.fromArray(SPECIES, s.h, place + states * LANES);
        FloatVector decay = FloatVector.fromArray(SPECIES, s.decay, place);
        FloatVector an = FloatVector.fromArray(SPECIES, a, n * width + channel);
        FloatVector dh =
            gr.fma(
                FloatVector.broadcast(SPECIES, c[row * states + n]),
                FloatVector.fromArray(SPECIES, s.dh, n * LANES));
        gr.fma(after, FloatVector.fromArray(SPECIES, s.dc, place)).intoArray(s.dc, place);
        dh.fma(drive, FloatVector.fromArray(SPECIES, s.db, place)).intoArray(s.db, place);
        ddrive = dh.fma(FloatVector.broadcast(SPECIES, b[row * states + n]), ddrive);
        FloatVector carried = dh.mul(decay);
        carried.intoArray(s.dh, n * LANES);
        FloatVector dexponent = carried.mul(before);
        ddelta = dexponent.fma(an, ddelta);
        dexponent
            .fma(delta, FloatVector.fromArray(SPECIES, s.da, n * LANES))
            .intoArray(s.da, n * LANES);
      }
      dskip = gr.fma(xt, dskip);
      ddrive.fma(delta, gr.mul(d)).intoArray(to.dx, at);
      // d softplus(δ)/dδ = σ(δ)
      FloatVector chain = VectorMath.sigmoid(FloatVector.fromArray(SPECIES, raw, at));
      ddrive.fma(xt, ddelta).mul(chain).intoArray(to.draw, at);
    }
    dskip.intoArray(to.dskip, sequence * width + channel);
    copyState(s.dh, 0, LANES, to.dh, state, width);
    copyState(s.da, 0, LANES, to.da, state, width);
  }
}
