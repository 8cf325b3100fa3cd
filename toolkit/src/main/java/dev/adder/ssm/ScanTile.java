package dev.adder.ssm;

import dev.adder.tensor.RawTensor;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The selective scan over one tile: {@value #STEPS} steps of one block of channels, a vector's
 * lanes. Everything a tile touches stays in the nearest caches.
 *
 * <p>Time runs innermost, for one state at a time, so that the state is a register and the
 * exponentials of successive steps overlap. Each loop is a {@link Loop} of its own and short:
 * HotSpot stops inlining at 18,000 nodes of one compiled method ("NodeCountInliningCutoff" under
 * {@code -XX:+PrintInlining}), and a vector operation that is not inlined is many times slower.
 * That is two exponentials, or one with a division and a polynomial (measured: two states forward
 * in one loop took six times as long as one after the other, and a caller into which the loops were
 * inlined twice as long as their sum).
 *
 * <p>One object serves many tiles, one after the other; each thread has its own.
 */
final class ScanTile {

  static final int STEPS = 32;

  /** Blocks whose sums over channels are taken together. */
  static final int BLOCKS = 8;

  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = VectorMath.LANES;

  /** Numbers of one block by (step, lane). */
  static final int WIDE = STEPS * LANES;

  /** A loop over the steps of a tile, for one block of the group and, in some, one state. */
  private interface Loop {
    void run(int block, int state, int steps);
  }

  private static final int MAGNITUDES = 0;
  private static final int STEP_SIZES = 1;
  private static final int DRIVE = 2;
  private static final int ADVANCE = 3;
  private static final int GATE = 4;
  private static final int PASS_GATE = 5;
  private static final int RETRACE = 6;
  private static final int GO_BACK = 7;
  private static final int GO_BACK_BY_TWO = 8;
  private static final int FINISH = 9;
  private static final int PASS_STEP_SIZES = 10;
  private static final int PASS_GATE_INPUT = 11;

  /** Called through an array, a loop is compiled by itself and never inlined into its caller. */
  private final Loop[] loops = {
    this::magnitudes,
    this::stepSizes,
    this::drive,
    this::advance,
    this::gate,
    this::passGate,
    this::retrace,
    this::goBack,
    this::goBackByTwo,
    this::finish,
    this::passStepSizes,
    this::passGateInput
  };

  final int states;

  /**
   * All that a tile works with, one range behind the other, each a vector further than the numbers
   * in it ask for: ranges that begin a multiple of 4096 bytes apart make the processor wait, since
   * it takes a store to one for a store to the other (measured: a third more time on the way back).
   */
  final float[] memory;

  private int end;

  // Where ranges begin. By (step, lane).
  private final int delta = range(WIDE);
  private final int drive = range(WIDE);
  private final int gated = range(WIDE);
  private final int ddrive = range(WIDE);
  private final int ddelta = range(WIDE);

  /** The states of an even index before each step and behind the last; then of an odd one. */
  private final int path = range(WIDE + LANES);

  private final int otherPath = range(WIDE + LANES);
  private final int decay = range(WIDE);
  private final int otherDecay = range(WIDE);

  // By (block of the group, step, lane).
  final int x = range(BLOCKS * WIDE);
  final int raw = range(BLOCKS * WIDE);
  final int z = range(BLOCKS * WIDE);
  final int g = range(BLOCKS * WIDE);

  /** C h + D x; forward turns it into the output. */
  final int read = range(BLOCKS * WIDE);

  // By (block of the group, lane).
  final int skip = range(BLOCKS * LANES);
  final int bias = range(BLOCKS * LANES);
  final int dskip = range(BLOCKS * LANES);
  final int dbias = range(BLOCKS * LANES);

  // By (step, state).
  final int b;
  final int c;
  final int totals;

  // By (block of the group, state, lane).
  final int h;
  final int aLog2;
  final int dh;
  final int da;

  /** Sums over the blocks of a group, by (state, step, lane). */
  final int db;

  final int dc;

  ScanTile(int states) {
    this.states = states;
    b = range(STEPS * states);
    c = range(STEPS * states);
    totals = range(STEPS * states);
    h = range(BLOCKS * states * LANES);
    aLog2 = range(BLOCKS * states * LANES);
    dh = range(BLOCKS * states * LANES);
    da = range(BLOCKS * states * LANES);
    db = range(states * WIDE);
    dc = range(states * WIDE);
    memory = new float[end];
  }

  private int range(int size) {
    int start = end;
    end += SPECIES.loopBound(size + LANES - 1) + LANES;
    return start;
  }

  private FloatVector load(int at) {
    return FloatVector.fromArray(SPECIES, memory, at);
  }

  private void store(FloatVector vector, int at) {
    vector.intoArray(memory, at);
  }

  private FloatVector broadcast(int at) {
    return FloatVector.broadcast(SPECIES, memory[at]);
  }

  /** Sets numbers of a range to 0. */
  void clear(int range, int size) {
    Arrays.fill(memory, range, range + size, 0);
  }

  /**
   * Rows of a tensor, {@code stride} apart, into (block, step, lane) from an index on; lanes there
   * are no channels for are 0. Blocks that lie beside each other are read row by row: one block
   * alone would touch another page for every vector.
   *
   * @param count channels
   * @param blockSize numbers from one block to the next
   */
  static void fill(
      RawTensor from,
      int at,
      int stride,
      int steps,
      int count,
      float[] to,
      int start,
      int blockSize) {
    int whole = SPECIES.loopBound(count);
    for (int t = 0; t < steps; t++) {
      int row = at + t * stride;
      int target = start + t * LANES;
      for (int i = 0; i < whole; i += LANES) {
        from.load(row + i).intoArray(to, target);
        target += blockSize;
      }
    }
    if (whole < count) {
      int rest = start + whole / LANES * blockSize;
      Arrays.fill(to, rest, rest + steps * LANES, 0);
      for (int t = 0; t < steps; t++) {
        from.read(at + t * stride + whole, to, rest + t * LANES, count - whole);
      }
    }
  }

  /** (block, step, lane) from an index on into rows of a tensor, as {@link #fill} reads them. */
  static void drain(
      float[] from,
      int start,
      int blockSize,
      RawTensor to,
      int at,
      int stride,
      int steps,
      int count) {
    int whole = SPECIES.loopBound(count);
    for (int t = 0; t < steps; t++) {
      int row = at + t * stride;
      int source = start + t * LANES;
      for (int i = 0; i < whole; i += LANES) {
        to.store(FloatVector.fromArray(SPECIES, from, source), row + i);
        source += blockSize;
      }
    }
    if (whole < count) {
      int rest = start + whole / LANES * blockSize;
      for (int t = 0; t < steps; t++) {
        to.write(at + t * stride + whole, from, rest + t * LANES, count - whole);
      }
    }
  }

  /**
   * From {@link #h} before the tile to {@link #h} behind it; the output is in {@link #read}.
   *
   * @param block of the group
   */
  void forward(int block, int steps) {
    run(MAGNITUDES, block, 0, steps);
    run(STEP_SIZES, block, 0, steps);
    run(DRIVE, block, 0, steps);
    for (int n = 0; n < states; n++) {
      run(ADVANCE, block, n, steps);
    }
    run(GATE, block, 0, steps);
  }

  private void run(int loop, int block, int state, int steps) {
    loops[loop].run(block, state, steps);
  }

  /** Δ x and D x. */
  private void drive(int block, int none, int steps) {
    int own = block * WIDE;
    FloatVector d = load(skip + block * LANES);
    for (int t = 0; t < steps; t++) {
      int at = t * LANES;
      FloatVector xt = load(x + own + at);
      store(xt.mul(load(delta + at)), drive + at);
      store(d.mul(xt), read + own + at);
    }
  }

  /** e^−|δ + bias|, from which {@link #stepSizes} goes on. */
  private void magnitudes(int block, int none, int steps) {
    int own = block * WIDE;
    FloatVector shift = load(bias + block * LANES);
    for (int t = 0; t < steps; t++) {
      int at = t * LANES;
      store(VectorMath.ofMagnitude(load(raw + own + at).add(shift)), delta + at);
    }
  }

  /** Δ = softplus(δ + bias). */
  private void stepSizes(int block, int none, int steps) {
    int own = block * WIDE;
    FloatVector shift = load(bias + block * LANES);
    for (int t = 0; t < steps; t++) {
      int at = t * LANES;
      store(VectorMath.softplus(load(raw + own + at).add(shift), load(delta + at)), delta + at);
    }
  }

  /** h ← exp(Δ A) h + Δ x B for one state, and C h added to what is read. */
  private void advance(int block, int n, int steps) {
    int own = block * WIDE;
    int row = (block * states + n) * LANES;
    FloatVector state = load(h + row);
    FloatVector an = load(aLog2 + row);
    for (int t = 0; t < steps; t++) {
      int at = t * LANES;
      int selective = t * states + n;
      FloatVector driven = load(drive + at).mul(memory[b + selective]);
      state = VectorMath.decay(load(delta + at).mul(an)).fma(state, driven);
      store(state.fma(broadcast(c + selective), load(read + own + at)), read + own + at);
    }
    store(state, h + row);
  }

  private void gate(int block, int none, int steps) {
    int own = block * WIDE;
    for (int t = 0; t < steps; t++) {
      int at = t * LANES;
      FloatVector zt = load(z + own + at);
      FloatVector silu = zt.mul(VectorMath.sigmoid(zt));
      store(load(read + own + at).mul(silu), read + own + at);
    }
  }

  /**
   * From {@link #dh} behind the tile to {@link #dh} before it. {@link #h} is the state before the
   * tile, {@link #g} the gradient of the output; the gradients of x, of δ and of z replace {@link
   * #x}, {@link #raw} and {@link #z}; those of A, B, C, D and the bias are added to their sums.
   */
  void backward(int block, int steps) {
    run(MAGNITUDES, block, 0, steps);
    run(STEP_SIZES, block, 0, steps);
    run(DRIVE, block, 0, steps);
    run(PASS_GATE, block, 0, steps);
    clear(ddrive, steps * LANES);
    clear(ddelta, steps * LANES);
    int pairs = states - states % 2;
    for (int n = 0; n < pairs; n += 2) {
      run(RETRACE, block, n, steps);
      run(RETRACE, block, n + 1, steps);
      run(GO_BACK_BY_TWO, block, n, steps);
    }
    if (pairs < states) {
      run(RETRACE, block, pairs, steps);
      run(GO_BACK, block, pairs, steps);
    }
    run(FINISH, block, 0, steps);
    run(PASS_STEP_SIZES, block, 0, steps);
    run(PASS_GATE_INPUT, block, 0, steps);
  }

  /**
   * The gradient of C h + D x; and in place of z the slope of its gate, d SiLU(z)/dz = σ·(1 + z −
   * SiLU(z)).
   */
  private void passGate(int block, int none, int steps) {
    int own = block * WIDE;
    for (int t = 0; t < steps; t++) {
      int at = t * LANES;
      FloatVector zt = load(z + own + at);
      FloatVector sigmoid = VectorMath.sigmoid(zt);
      FloatVector silu = zt.mul(sigmoid);
      store(load(g + own + at).mul(silu), gated + at);
      store(sigmoid.mul(zt.sub(silu).add(1f)), z + own + at);
    }
  }

  /** {@link #advance} again, keeping the path and the decays. */
  private void retrace(int block, int n, int steps) {
    int own = block * WIDE;
    int pathOf = n % 2 == 0 ? path : otherPath;
    int decayOf = n % 2 == 0 ? decay : otherDecay;
    int row = (block * states + n) * LANES;
    FloatVector state = load(h + row);
    FloatVector an = load(aLog2 + row);
    store(state, pathOf);
    for (int t = 0; t < steps; t++) {
      int at = t * LANES;
      int selective = t * states + n;
      FloatVector driven = load(drive + at).mul(memory[b + selective]);
      FloatVector decayed = VectorMath.decay(load(delta + at).mul(an));
      store(decayed, decayOf + at);
      state = decayed.fma(state, driven);
      store(state, pathOf + at + LANES);
      store(state.fma(broadcast(c + selective), load(read + own + at)), read + own + at);
    }
  }

  /**
   * dh ← exp(Δ A) (dh + C g); on the way the gradients of C, of B, of Δ x (through B), of A and of
   * Δ (through the decay): d(Δ A) = dh before the step ∘ h before it.
   */
  private void goBack(int block, int n, int steps) {
    int row = (block * states + n) * LANES;
    FloatVector gradient = load(dh + row);
    FloatVector an = load(aLog2 + row);
    FloatVector sum = load(da + row);
    FloatVector after = load(path + steps * LANES);
    int sums = n * WIDE;
    for (int t = steps - 1; t >= 0; t--) {
      int at = t * LANES;
      int selective = t * states + n;
      FloatVector gt = load(gated + at);
      store(gt.fma(after, load(dc + sums + at)), dc + sums + at);
      gradient = gt.fma(broadcast(c + selective), gradient);
      store(gradient.fma(load(drive + at), load(db + sums + at)), db + sums + at);
      store(gradient.fma(broadcast(b + selective), load(ddrive + at)), ddrive + at);
      gradient = gradient.mul(load(decay + at));
      after = load(path + at);
      FloatVector exponent = gradient.mul(after);
      sum = exponent.fma(load(delta + at), sum);
      store(exponent.fma(an, load(ddelta + at)), ddelta + at);
    }
    store(gradient, dh + row);
    store(sum, da + row);
  }

  /**
   * {@link #goBack} for two states at once: the loop is bound by loads and stores, of which the two
   * share many. Sums are taken in the order of the states.
   */
  private void goBackByTwo(int block, int n, int steps) {
    int row = (block * states + n) * LANES;
    int otherRow = row + LANES;
    FloatVector gradient = load(dh + row);
    FloatVector other = load(dh + otherRow);
    FloatVector an = load(aLog2 + row);
    FloatVector otherAn = load(aLog2 + otherRow);
    FloatVector sum = load(da + row);
    FloatVector otherSum = load(da + otherRow);
    FloatVector after = load(path + steps * LANES);
    FloatVector otherAfter = load(otherPath + steps * LANES);
    int sums = n * WIDE;
    int otherSums = sums + WIDE;
    for (int t = steps - 1; t >= 0; t--) {
      int at = t * LANES;
      int selective = t * states + n;
      FloatVector gt = load(gated + at);
      store(gt.fma(after, load(dc + sums + at)), dc + sums + at);
      store(gt.fma(otherAfter, load(dc + otherSums + at)), dc + otherSums + at);
      gradient = gt.fma(broadcast(c + selective), gradient);
      other = gt.fma(broadcast(c + selective + 1), other);
      FloatVector driven = load(drive + at);
      store(gradient.fma(driven, load(db + sums + at)), db + sums + at);
      store(other.fma(driven, load(db + otherSums + at)), db + otherSums + at);
      FloatVector ofDrive = gradient.fma(broadcast(b + selective), load(ddrive + at));
      store(other.fma(broadcast(b + selective + 1), ofDrive), ddrive + at);
      gradient = gradient.mul(load(decay + at));
      other = other.mul(load(otherDecay + at));
      after = load(path + at);
      otherAfter = load(otherPath + at);
      FloatVector exponent = gradient.mul(after);
      FloatVector otherExponent = other.mul(otherAfter);
      FloatVector step = load(delta + at);
      sum = exponent.fma(step, sum);
      otherSum = otherExponent.fma(step, otherSum);
      FloatVector ofStep = exponent.fma(an, load(ddelta + at));
      store(otherExponent.fma(otherAn, ofStep), ddelta + at);
    }
    store(gradient, dh + row);
    store(other, dh + otherRow);
    store(sum, da + row);
    store(otherSum, da + otherRow);
  }

  /** The gradients of x and of Δ, and the sum of that of D. */
  private void finish(int block, int none, int steps) {
    int own = block * WIDE;
    FloatVector d = load(skip + block * LANES);
    FloatVector skipSum = load(dskip + block * LANES);
    for (int t = 0; t < steps; t++) {
      int at = t * LANES;
      FloatVector gt = load(gated + at);
      FloatVector xt = load(x + own + at);
      FloatVector through = load(ddrive + at);
      skipSum = gt.fma(xt, skipSum);
      // A is kept times log₂ e; ln 2 turns its products back.
      store(through.fma(xt, load(ddelta + at).mul(VectorMath.LN_2)), ddelta + at);
      store(through.fma(load(delta + at), gt.mul(d)), x + own + at);
    }
    store(skipSum, dskip + block * LANES);
  }

  /** The gradient of δ, d softplus(δ)/dδ = σ(δ), and the sum of that of the bias. */
  private void passStepSizes(int block, int none, int steps) {
    int own = block * WIDE;
    FloatVector shift = load(bias + block * LANES);
    FloatVector biasSum = load(dbias + block * LANES);
    for (int t = 0; t < steps; t++) {
      int at = t * LANES;
      FloatVector slope = VectorMath.sigmoid(load(raw + own + at).add(shift));
      FloatVector ofRaw = load(ddelta + at).mul(slope);
      biasSum = biasSum.add(ofRaw);
      store(ofRaw, raw + own + at);
    }
    store(biasSum, dbias + block * LANES);
  }

  /** The gradient of z. */
  private void passGateInput(int block, int none, int steps) {
    int own = block * WIDE;
    for (int t = 0; t < steps; t++) {
      int at = t * LANES;
      store(load(g + own + at).mul(load(read + own + at)).mul(load(z + own + at)), z + own + at);
    }
  }
}
