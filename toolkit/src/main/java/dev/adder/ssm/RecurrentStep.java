package dev.adder.ssm;

import dev.adder.tensor.RawTensor;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What stands between the projections of a Mamba block, for one token at a time: {@link
 * CausalConvolution} on the window, and {@link SelectiveScan} by one step, with the step size's
 * projection.
 *
 * <p>Lanes run across channels. State, A, and the few weights read here are laid out once by (block
 * of channels, …, lane), a block being a vector's lanes; channels there are none for are 0.
 *
 * <p>Each loop is a method of its own, for the reason told at {@link ScanTile}, and is called
 * through an interface at a place that calls several, so that HotSpot compiles it by itself:
 * inlined into one method, together they pass its limit and vectors are allocated.
 */
public final class RecurrentStep {

  /**
   * What a step reads and writes; blocks that follow one another may share it. Channels are rounded
   * up to whole vectors.
   *
   * @param x before the convolution, then after it, by channel
   * @param selective Δ before its projection (rank), B (n), C (n)
   * @param z before SiLU, by channel
   * @param y receives the output, by channel
   */
  public record Signals(float[] x, float[] selective, float[] z, float[] y) {

    /** Zeros for so many channels. */
    public static Signals of(int channels, int rank, int states) {
      int padded = RowNorm.padded(channels);
      return new Signals(
          new float[padded], new float[rank + 2 * states], new float[padded], new float[padded]);
    }
  }

  /**
   * What a method adds: to the state where it is read (d, n), and to the output before the gate
   * (d).
   */
  public record Offsets(Optional<RawTensor> state, Optional<RawTensor> output) {}

  @FunctionalInterface
  private interface Loop {
    void run(int fromBlock, int toBlock);
  }

  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = VectorMath.LANES;

  private final int channels;
  private final int blocks;
  private final int states;
  private final int taps;
  private final int rank;

  // By (tap, channel), (channel), (block, rank, lane), (channel), (block, state, lane), (channel).
  private final float[] kernel;
  private final float[] kernelBias;
  private final float[] projection;
  private final float[] bias;
  private final float[] aLog2;
  private final float[] skip;

  /** The last inputs of the convolution, oldest first, by (step, channel). */
  private final float[] window;

  /** By (block, state, lane). */
  private final float[] h;

  // Both before the first token.
  private final float[] firstWindow;
  private final float[] firstH;

  // By (block, state, lane), (channel).
  private final Optional<float[]> stateOffset;
  private final Optional<float[]> outputOffset;

  // By (channel): Δ and Δ x.
  private final float[] delta;
  private final float[] drive;

  private final float[] x;
  private final float[] selective;
  private final float[] z;
  private final float[] y;

  private final Loop[] convolution = {this::slide, this::activate};
  private final Loop[] scan = {this::project, this::soften, this::drive, this::advance, this::gate};
  private final Loop[] scanWithOffsets = {
    this::project, this::soften, this::drive, this::advance, this::offset, this::gate
  };

  /**
   * @param convolution (d, 1, K)
   * @param convolutionBias (d)
   * @param projection of the step size (d, rank)
   * @param bias of the step size (d)
   * @param aLog log(−A) (d, n)
   * @param skip D (d)
   * @param offsets what is added where the state is read, and behind
   */
  public RecurrentStep(
      RawTensor convolution,
      RawTensor convolutionBias,
      RawTensor projection,
      RawTensor bias,
      RawTensor aLog,
      RawTensor skip,
      Offsets offsets,
      Signals signals) {
    x = signals.x();
    selective = signals.selective();
    z = signals.z();
    y = signals.y();
    channels = skip.size();
    blocks = (channels + LANES - 1) / LANES;
    states = aLog.size() / channels;
    taps = convolution.size() / channels;
    rank = projection.size() / channels;
    int padded = blocks * LANES;
    kernel = new float[taps * padded];
    for (int c = 0; c < channels; c++) {
      for (int k = 0; k < taps; k++) {
        kernel[k * padded + c] = convolution.get(c * taps + k);
      }
    }
    kernelBias = padded(convolutionBias);
    this.projection = byBlock(projection, rank);
    this.bias = padded(bias);
    this.skip = padded(skip);
    this.aLog2 = byBlock(aLog, states);
    for (int i = 0; i < aLog2.length; i += LANES) {
      VectorMath.exp(FloatVector.fromArray(SPECIES, aLog2, i))
          .neg()
          .mul(VectorMath.LOG2_E)
          .intoArray(aLog2, i);
    }
    window = new float[(taps - 1) * padded];
    h = new float[blocks * states * LANES];
    firstWindow = new float[window.length];
    firstH = new float[h.length];
    stateOffset = offsets.state().map(offset -> byBlock(offset, states));
    outputOffset = offsets.output().map(this::padded);
    delta = new float[padded];
    drive = new float[padded];
  }

  /** The same weights with a past of its own, as it is before the first token. */
  public RecurrentStep(RecurrentStep weights, Signals signals) {
    x = signals.x();
    selective = signals.selective();
    z = signals.z();
    y = signals.y();
    channels = weights.channels;
    blocks = weights.blocks;
    states = weights.states;
    taps = weights.taps;
    rank = weights.rank;
    kernel = weights.kernel;
    kernelBias = weights.kernelBias;
    projection = weights.projection;
    bias = weights.bias;
    skip = weights.skip;
    aLog2 = weights.aLog2;
    firstWindow = weights.firstWindow;
    firstH = weights.firstH;
    window = firstWindow.clone();
    h = firstH.clone();
    stateOffset = weights.stateOffset;
    outputOffset = weights.outputOffset;
    delta = new float[weights.delta.length];
    drive = new float[weights.drive.length];
  }

  private float[] padded(RawTensor vector) {
    float[] values = new float[blocks * LANES];
    vector.read(0, values, 0, channels);
    return values;
  }

  /** (channel, column) to (block, column, lane). */
  private float[] byBlock(RawTensor matrix, int columns) {
    float[] values = new float[blocks * columns * LANES];
    for (int c = 0; c < channels; c++) {
      for (int i = 0; i < columns; i++) {
        values[at(c, i, columns)] = matrix.get(c * columns + i);
      }
    }
    return values;
  }

  private static int at(int channel, int column, int columns) {
    return (channel / LANES * columns + column) * LANES + channel % LANES;
  }

  /** Blocks of channels: the step can be done for some of them at a time. */
  public int blocks() {
    return blocks;
  }

  /** Back to the state before the first token. */
  public void reset() {
    System.arraycopy(firstWindow, 0, window, 0, window.length);
    System.arraycopy(firstH, 0, h, 0, h.length);
  }

  /**
   * Sets the state before the first token, which is zero if it is not set, and takes it over.
   *
   * @param newWindow (K − 1, d)
   * @param newState (d, n)
   */
  public void begin(RawTensor newWindow, RawTensor newState) {
    set(newWindow, newState);
    System.arraycopy(window, 0, firstWindow, 0, window.length);
    System.arraycopy(h, 0, firstH, 0, h.length);
  }

  /** Takes over the past of another step with the same weights. */
  public void copy(RecurrentStep other) {
    System.arraycopy(other.window, 0, window, 0, window.length);
    System.arraycopy(other.h, 0, h, 0, h.length);
  }

  /**
   * Takes over a state.
   *
   * @param newWindow (K − 1, d)
   * @param newState (d, n)
   */
  public void set(RawTensor newWindow, RawTensor newState) {
    for (int k = 0; k < taps - 1; k++) {
      newWindow.read(k * channels, window, k * blocks * LANES, channels);
    }
    for (int c = 0; c < channels; c++) {
      for (int n = 0; n < states; n++) {
        h[at(c, n, states)] = newState.get(c * states + n);
      }
    }
  }

  /**
   * Gives the state away.
   *
   * @param toWindow (K − 1, d)
   * @param toState (d, n)
   */
  public void get(RawTensor toWindow, RawTensor toState) {
    for (int k = 0; k < taps - 1; k++) {
      toWindow.write(k * channels, window, k * blocks * LANES, channels);
    }
    for (int c = 0; c < channels; c++) {
      for (int n = 0; n < states; n++) {
        toState.put(c * states + n, h[at(c, n, states)]);
      }
    }
  }

  /** x ← SiLU(bias + Σ_k w_k ∘ x_{t−K+1+k}) for some blocks, and the window moved on. */
  public void convolve(int fromBlock, int toBlock) {
    run(convolution, fromBlock, toBlock);
  }

  /** One step of the scan for some blocks: y = (C (h + offset) + D x + offset) ∘ SiLU(z). */
  public void scan(int fromBlock, int toBlock) {
    boolean offsets = stateOffset.isPresent() || outputOffset.isPresent();
    run(offsets ? scanWithOffsets : scan, fromBlock, toBlock);
  }

  private static void run(Loop[] loops, int fromBlock, int toBlock) {
    for (Loop loop : loops) {
      loop.run(fromBlock, toBlock);
    }
  }

  /** The sum over the window, from the newest input to the oldest, each moved by one place. */
  private void slide(int fromBlock, int toBlock) {
    int padded = blocks * LANES;
    for (int at = fromBlock * LANES; at < toBlock * LANES; at += LANES) {
      FloatVector sum = FloatVector.fromArray(SPECIES, kernelBias, at);
      FloatVector next = FloatVector.fromArray(SPECIES, x, at);
      for (int k = (taps - 1) * padded + at; k >= padded; k -= padded) {
        sum = FloatVector.fromArray(SPECIES, kernel, k).fma(next, sum);
        FloatVector older = FloatVector.fromArray(SPECIES, window, k - padded);
        next.intoArray(window, k - padded);
        next = older;
      }
      FloatVector.fromArray(SPECIES, kernel, at).fma(next, sum).intoArray(x, at);
    }
  }

  private void activate(int fromBlock, int toBlock) {
    for (int at = fromBlock * LANES; at < toBlock * LANES; at += LANES) {
      FloatVector sum = FloatVector.fromArray(SPECIES, x, at);
      sum.mul(VectorMath.sigmoid(sum)).intoArray(x, at);
    }
  }

  private void project(int fromBlock, int toBlock) {
    for (int block = fromBlock; block < toBlock; block++) {
      FloatVector sum = FloatVector.fromArray(SPECIES, bias, block * LANES);
      FloatVector other = FloatVector.zero(SPECIES);
      int row = block * rank * LANES;
      int r = 0;
      for (; r + 1 < rank; r += 2) {
        int at = row + r * LANES;
        sum = FloatVector.fromArray(SPECIES, projection, at).fma(broadcast(selective[r]), sum);
        other =
            FloatVector.fromArray(SPECIES, projection, at + LANES)
                .fma(broadcast(selective[r + 1]), other);
      }
      if (r < rank) {
        int at = row + r * LANES;
        sum = FloatVector.fromArray(SPECIES, projection, at).fma(broadcast(selective[r]), sum);
      }
      sum.add(other).intoArray(delta, block * LANES);
    }
  }

  private void soften(int fromBlock, int toBlock) {
    for (int at = fromBlock * LANES; at < toBlock * LANES; at += LANES) {
      VectorMath.softplus(FloatVector.fromArray(SPECIES, delta, at)).intoArray(delta, at);
    }
  }

  private void drive(int fromBlock, int toBlock) {
    for (int at = fromBlock * LANES; at < toBlock * LANES; at += LANES) {
      FloatVector input = FloatVector.fromArray(SPECIES, x, at);
      FloatVector.fromArray(SPECIES, delta, at).mul(input).intoArray(drive, at);
      FloatVector.fromArray(SPECIES, skip, at).mul(input).intoArray(y, at);
    }
  }

  /** h ← exp(Δ A) h + Δ x B, and C h added to y. */
  private void advance(int fromBlock, int toBlock) {
    for (int block = fromBlock; block < toBlock; block++) {
      FloatVector step = FloatVector.fromArray(SPECIES, delta, block * LANES);
      FloatVector driven = FloatVector.fromArray(SPECIES, drive, block * LANES);
      FloatVector read = FloatVector.fromArray(SPECIES, y, block * LANES);
      for (int n = 0; n < states; n++) {
        int at = (block * states + n) * LANES;
        FloatVector decay = VectorMath.decay(FloatVector.fromArray(SPECIES, aLog2, at).mul(step));
        FloatVector state =
            decay.fma(FloatVector.fromArray(SPECIES, h, at), driven.mul(selective[rank + n]));
        state.intoArray(h, at);
        read = state.fma(broadcast(selective[rank + states + n]), read);
      }
      read.intoArray(y, block * LANES);
    }
  }

  private void offset(int fromBlock, int toBlock) {
    stateOffset.ifPresent(offset -> readOffset(offset, fromBlock, toBlock));
    outputOffset.ifPresent(offset -> addOffset(offset, fromBlock, toBlock));
  }

  /** C offset added to y. */
  private void readOffset(float[] offset, int fromBlock, int toBlock) {
    for (int block = fromBlock; block < toBlock; block++) {
      FloatVector read = FloatVector.fromArray(SPECIES, y, block * LANES);
      for (int n = 0; n < states; n++) {
        int at = (block * states + n) * LANES;
        read =
            FloatVector.fromArray(SPECIES, offset, at)
                .fma(broadcast(selective[rank + states + n]), read);
      }
      read.intoArray(y, block * LANES);
    }
  }

  private void addOffset(float[] offset, int fromBlock, int toBlock) {
    for (int at = fromBlock * LANES; at < toBlock * LANES; at += LANES) {
      FloatVector sum = FloatVector.fromArray(SPECIES, y, at);
      sum.add(FloatVector.fromArray(SPECIES, offset, at)).intoArray(y, at);
    }
  }

  private void gate(int fromBlock, int toBlock) {
    for (int at = fromBlock * LANES; at < toBlock * LANES; at += LANES) {
      FloatVector gate = FloatVector.fromArray(SPECIES, z, at);
      FloatVector.fromArray(SPECIES, y, at)
          .mul(gate.mul(VectorMath.sigmoid(gate)))
          .intoArray(y, at);
    }
  }

  private static FloatVector broadcast(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }
}
