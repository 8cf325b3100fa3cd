package dev.adder.ssm;

import dev.adder.tensor.RawTensor;
import jdk.incubator.vector.FloatVector;

/**
 * The selective scan over one tile: {@value #STEPS} steps of some blocks of channels, a vector's
 * lanes each. Everything a block touches stays in the nearest caches.
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
final class ScanTile extends TileMemory {

  static final int STEPS = 32;

  /** Blocks of a group, whose sums over channels are taken together. */
  static final int GROUP = 8;

  /** Most groups that a tile holds: rows of their inputs are read and written in one go. */
  static final int GROUPS = 4;

  private static final int BLOCKS = GROUPS * GROUP;

  private static final int LANES = VectorMath.LANES;

  /** Numbers of one block by (step, lane). */
  static final int WIDE = STEPS * LANES;

  /** A loop over the steps of a tile, for one block and, in some, one state. */
  private interface Loop {
    void run(int block, int state, int steps);
  }

  private static final int MAGNITUDES = 0;
  private static final int STEP_SIZES = 1;
  private static final int INPUTS = 2;
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
    this::inputs,
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

  // Where ranges begin. These are constants: a loop then reaches many of them from one index.
  private static final int ROOM = room(WIDE);
  private static final int BLOCKS_ROOM = room(BLOCKS * WIDE);

  // By (step, lane).
  private static final int DELTA = 0;
  private static final int DRIVE = ROOM;
  private static final int GATED = 2 * ROOM;
  private static final int DDRIVE = 3 * ROOM;
  private static final int DDELTA = 4 * ROOM;

  /** The decays of a state of an even index; then of an odd one. */
  private static final int DECAY = 5 * ROOM;

  /** Their states before each step and behind the last; then those of an odd index. */
  private static final int PATH = 6 * ROOM;

  /** From what is kept of a state of an even index to that of an odd one. */
  private static final int OTHER = ROOM + room(WIDE + LANES);

  // By (block, step, lane).
  static final int X = DECAY + 2 * OTHER;
  static final int RAW = X + BLOCKS_ROOM;
  static final int Z = RAW + BLOCKS_ROOM;
  static final int G = Z + BLOCKS_ROOM;

  /** C h + D x; forward turns it into the output. */
  static final int READ = G + BLOCKS_ROOM;

  // Of one state, from where its numbers begin.
  private static final int B = 0;
  private static final int C = STEPS;
  private static final int SELECTIVE = 2 * STEPS;
  static final int DB = 0;
  static final int DC = WIDE;

  /** The four sums of two states begin as far apart as they can, modulo 4096 bytes. */
  private static final int SUMS = 2 * WIDE + WIDE / 2;

  final int states;

  // By (block, lane).
  final int skip;
  final int bias;
  final int dskip;
  final int dbias;

  // By (block, state, lane).
  final int h;
  final int aLog2;
  final int dh;
  final int da;

  /** B and C, by (state, {B, C}, step). */
  private final int selective;

  /** One of them as it is read, by (step, state). */
  private final int rows;

  /** The gradients of B and C summed over the blocks of a group, by (state, {B, C}, step, lane). */
  private final int sums;

  ScanTile(int states) {
    this.states = states;
    range(READ + BLOCKS * WIDE);
    skip = range(BLOCKS * LANES);
    bias = range(BLOCKS * LANES);
    dskip = range(BLOCKS * LANES);
    dbias = range(BLOCKS * LANES);
    h = range(BLOCKS * states * LANES);
    aLog2 = range(BLOCKS * states * LANES);
    dh = range(BLOCKS * states * LANES);
    da = range(BLOCKS * states * LANES);
    selective = range(states * SELECTIVE);
    rows = range(STEPS * states);
    sums = range(RowNorm.padded(states) * SUMS);
    allocate();
  }

  private int selective(int state) {
    return begin() + selective + state * SELECTIVE;
  }

  private int sums(int state) {
    return begin() + sums + state * SUMS;
  }

  /** Reads B and C, which all channels share, from rows of tensors that begin at an index. */
  void readSelective(RawTensor b, RawTensor c, int index, int steps) {
    readSelective(b, index, steps, B);
    readSelective(c, index, steps, C);
  }

  private void readSelective(RawTensor from, int index, int steps, int place) {
    read(from, index, rows, steps * states);
    for (int n = 0; n < states; n++) {
      int to = selective + n * SELECTIVE + place;
      for (int t = 0; t < steps; t++) {
        put(to + t, get(rows + t * states + n));
      }
    }
  }

  void clearSums() {
    clear(sums, states * SUMS);
  }

  /** Writes the sums over the lanes of {@link #DB} or {@link #DC} as rows of a tensor. */
  void writeSums(int place, RawTensor to, int index, int steps) {
    for (int first = 0; first < states; first += LANES) {
      int from = sums + first * SUMS + place;
      sumLanes(from, SUMS, steps);
      int count = Math.min(LANES, states - first);
      for (int t = 0; t < steps; t++) {
        write(from + t * LANES, to, index + t * states + first, count);
      }
    }
  }

  /**
   * From {@link #h} before the tile to {@link #h} behind it; the output is in {@link #READ}.
   *
   * @param block of the tile
   */
  void forward(int block, int steps) {
    run(MAGNITUDES, block, 0, steps);
    run(STEP_SIZES, block, 0, steps);
    run(INPUTS, block, 0, steps);
    for (int n = 0; n < states; n++) {
      run(ADVANCE, block, n, steps);
    }
    run(GATE, block, 0, steps);
  }

  private void run(int loop, int block, int state, int steps) {
    loops[loop].run(block, state, steps);
  }

  /** Δ x and D x. */
  private void inputs(int block, int none, int steps) {
    int first = begin();
    int own = first + block * WIDE;
    FloatVector d = load(first + skip + block * LANES);
    for (int t = 0; t < steps; t++) {
      int at = first + t * LANES;
      int mine = own + t * LANES;
      FloatVector xt = load(mine + X);
      store(xt.mul(load(at + DELTA)), at + DRIVE);
      store(d.mul(xt), mine + READ);
    }
  }

  /** e^−|δ + bias|, from which {@link #stepSizes} goes on. */
  private void magnitudes(int block, int none, int steps) {
    int first = begin();
    int own = first + block * WIDE;
    FloatVector shift = load(first + bias + block * LANES);
    for (int t = 0; t < steps; t++) {
      int at = first + t * LANES;
      int mine = own + t * LANES;
      store(VectorMath.ofMagnitude(load(mine + RAW).add(shift)), at + DELTA);
    }
  }

  /** Δ = softplus(δ + bias). */
  private void stepSizes(int block, int none, int steps) {
    int first = begin();
    int own = first + block * WIDE;
    FloatVector shift = load(first + bias + block * LANES);
    for (int t = 0; t < steps; t++) {
      int at = first + t * LANES;
      int mine = own + t * LANES;
      store(VectorMath.softplus(load(mine + RAW).add(shift), load(at + DELTA)), at + DELTA);
    }
  }

  /** h ← exp(Δ A) h + Δ x B for one state, and C h added to what is read. */
  private void advance(int block, int n, int steps) {
    int first = begin();
    int own = first + block * WIDE;
    int row = first + (block * states + n) * LANES;
    int shared = selective(n);
    FloatVector state = load(row + h);
    FloatVector an = load(row + aLog2);
    for (int t = 0; t < steps; t++) {
      int at = first + t * LANES;
      int mine = own + t * LANES;
      int of = shared + t;
      FloatVector driven = load(at + DRIVE).mul(broadcast(of + B));
      state = VectorMath.decay(load(at + DELTA).mul(an)).fma(state, driven);
      store(state.fma(broadcast(of + C), load(mine + READ)), mine + READ);
    }
    store(state, row + h);
  }

  private void gate(int block, int none, int steps) {
    int own = begin() + block * WIDE;
    for (int t = 0; t < steps; t++) {
      int mine = own + t * LANES;
      FloatVector zt = load(mine + Z);
      FloatVector silu = zt.mul(VectorMath.sigmoid(zt));
      store(load(mine + READ).mul(silu), mine + READ);
    }
  }

  /**
   * From {@link #dh} behind the tile to {@link #dh} before it. {@link #h} is the state before the
   * tile, {@link #G} the gradient of the output; the gradients of x, of δ and of z replace {@link
   * #X}, {@link #RAW} and {@link #Z}; those of A, B, C, D and the bias are added to their sums.
   */
  void backward(int block, int steps) {
    run(MAGNITUDES, block, 0, steps);
    run(STEP_SIZES, block, 0, steps);
    run(INPUTS, block, 0, steps);
    run(PASS_GATE, block, 0, steps);
    clear(DDRIVE, steps * LANES);
    clear(DDELTA, steps * LANES);
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
    int first = begin();
    int own = first + block * WIDE;
    for (int t = 0; t < steps; t++) {
      int at = first + t * LANES;
      int mine = own + t * LANES;
      FloatVector zt = load(mine + Z);
      FloatVector sigmoid = VectorMath.sigmoid(zt);
      FloatVector silu = zt.mul(sigmoid);
      store(load(mine + G).mul(silu), at + GATED);
      store(sigmoid.mul(zt.sub(silu).add(1f)), mine + Z);
    }
  }

  /** {@link #advance} again, keeping the path and the decays. */
  private void retrace(int block, int n, int steps) {
    int first = begin();
    int own = first + block * WIDE;
    int row = first + (block * states + n) * LANES;
    int keep = first + n % 2 * OTHER;
    int shared = selective(n);
    FloatVector state = load(row + h);
    FloatVector an = load(row + aLog2);
    store(state, keep + PATH);
    for (int t = 0; t < steps; t++) {
      int at = first + t * LANES;
      int mine = own + t * LANES;
      int kept = keep + t * LANES;
      int of = shared + t;
      FloatVector driven = load(at + DRIVE).mul(broadcast(of + B));
      FloatVector decayed = VectorMath.decay(load(at + DELTA).mul(an));
      store(decayed, kept + DECAY);
      state = decayed.fma(state, driven);
      store(state, kept + PATH + LANES);
      store(state.fma(broadcast(of + C), load(mine + READ)), mine + READ);
    }
  }

  /**
   * dh ← exp(Δ A) (dh + C g); on the way the gradients of C, of B, of Δ x (through B), of A and of
   * Δ (through the decay): d(Δ A) = dh before the step ∘ h before it. Of a state of an even index.
   */
  private void goBack(int block, int n, int steps) {
    int first = begin();
    int row = first + (block * states + n) * LANES;
    int shared = selective(n);
    int sum = sums(n);
    FloatVector gradient = load(row + dh);
    FloatVector an = load(row + aLog2);
    FloatVector total = load(row + da);
    FloatVector after = load(first + steps * LANES + PATH);
    for (int t = steps - 1; t >= 0; t--) {
      int at = first + t * LANES;
      int of = shared + t;
      int to = sum + t * LANES;
      FloatVector gt = load(at + GATED);
      store(gt.fma(after, load(to + DC)), to + DC);
      gradient = gt.fma(broadcast(of + C), gradient);
      store(gradient.fma(load(at + DRIVE), load(to + DB)), to + DB);
      store(gradient.fma(broadcast(of + B), load(at + DDRIVE)), at + DDRIVE);
      gradient = gradient.mul(load(at + DECAY));
      after = load(at + PATH);
      FloatVector exponent = gradient.mul(after);
      total = exponent.fma(load(at + DELTA), total);
      store(exponent.fma(an, load(at + DDELTA)), at + DDELTA);
    }
    store(gradient, row + dh);
    store(total, row + da);
  }

  /**
   * {@link #goBack} for two states at once: the loop is bound by loads and stores, of which the two
   * share many. Sums are taken in the order of the states.
   */
  private void goBackByTwo(int block, int n, int steps) {
    int first = begin();
    int row = first + (block * states + n) * LANES;
    int otherRow = row + LANES;
    int shared = selective(n);
    int sum = sums(n);
    FloatVector gradient = load(row + dh);
    FloatVector other = load(otherRow + dh);
    FloatVector an = load(row + aLog2);
    FloatVector otherAn = load(otherRow + aLog2);
    FloatVector total = load(row + da);
    FloatVector otherTotal = load(otherRow + da);
    FloatVector after = load(first + steps * LANES + PATH);
    FloatVector otherAfter = load(first + steps * LANES + PATH + OTHER);
    for (int t = steps - 1; t >= 0; t--) {
      int at = first + t * LANES;
      int of = shared + t;
      int otherOf = of + SELECTIVE;
      int to = sum + t * LANES;
      int otherTo = to + SUMS;
      FloatVector gt = load(at + GATED);
      store(gt.fma(after, load(to + DC)), to + DC);
      store(gt.fma(otherAfter, load(otherTo + DC)), otherTo + DC);
      gradient = gt.fma(broadcast(of + C), gradient);
      other = gt.fma(broadcast(otherOf + C), other);
      FloatVector driven = load(at + DRIVE);
      store(gradient.fma(driven, load(to + DB)), to + DB);
      store(other.fma(driven, load(otherTo + DB)), otherTo + DB);
      FloatVector ofDrive = gradient.fma(broadcast(of + B), load(at + DDRIVE));
      store(other.fma(broadcast(otherOf + B), ofDrive), at + DDRIVE);
      gradient = gradient.mul(load(at + DECAY));
      other = other.mul(load(at + DECAY + OTHER));
      after = load(at + PATH);
      otherAfter = load(at + PATH + OTHER);
      FloatVector exponent = gradient.mul(after);
      FloatVector otherExponent = other.mul(otherAfter);
      FloatVector step = load(at + DELTA);
      total = exponent.fma(step, total);
      otherTotal = otherExponent.fma(step, otherTotal);
      FloatVector ofStep = exponent.fma(an, load(at + DDELTA));
      store(otherExponent.fma(otherAn, ofStep), at + DDELTA);
    }
    store(gradient, row + dh);
    store(other, otherRow + dh);
    store(total, row + da);
    store(otherTotal, otherRow + da);
  }

  /** The gradients of x and of Δ, and the sum of that of D. */
  private void finish(int block, int none, int steps) {
    int first = begin();
    int own = first + block * WIDE;
    int lanes = first + block * LANES;
    FloatVector d = load(lanes + skip);
    FloatVector skipSum = load(lanes + dskip);
    for (int t = 0; t < steps; t++) {
      int at = first + t * LANES;
      int mine = own + t * LANES;
      FloatVector gt = load(at + GATED);
      FloatVector xt = load(mine + X);
      FloatVector through = load(at + DDRIVE);
      skipSum = gt.fma(xt, skipSum);
      // A is kept times log₂ e; ln 2 turns its products back.
      store(through.fma(xt, load(at + DDELTA).mul(VectorMath.LN_2)), at + DDELTA);
      store(through.fma(load(at + DELTA), gt.mul(d)), mine + X);
    }
    store(skipSum, lanes + dskip);
  }

  /** The gradient of δ, d softplus(δ)/dδ = σ(δ), and the sum of that of the bias. */
  private void passStepSizes(int block, int none, int steps) {
    int first = begin();
    int own = first + block * WIDE;
    int lanes = first + block * LANES;
    FloatVector shift = load(lanes + bias);
    FloatVector biasSum = load(lanes + dbias);
    for (int t = 0; t < steps; t++) {
      int at = first + t * LANES;
      int mine = own + t * LANES;
      FloatVector slope = VectorMath.sigmoid(load(mine + RAW).add(shift));
      FloatVector ofRaw = load(at + DDELTA).mul(slope);
      biasSum = biasSum.add(ofRaw);
      store(ofRaw, mine + RAW);
    }
    store(biasSum, lanes + dbias);
  }

  /** The gradient of z. */
  private void passGateInput(int block, int none, int steps) {
    int own = begin() + block * WIDE;
    for (int t = 0; t < steps; t++) {
      int mine = own + t * LANES;
      store(load(mine + G).mul(load(mine + READ)).mul(load(mine + Z)), mine + Z);
    }
  }
}
