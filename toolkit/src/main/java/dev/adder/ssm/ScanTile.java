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
 * HotSpot stops inlining at 8,000 bytecodes of one compiled method, and a vector operation that is
 * not inlined is many times slower (measured: two states in one loop took six times as long as one
 * after the other, and a caller into which the loops were inlined twice as long as their sum).
 *
 * <p>One object serves many tiles, one after the other; each thread has its own.
 */
final class ScanTile {

  static final int STEPS = 32;

  /** Blocks whose sums over channels are taken together. */
  static final int BLOCKS = 8;

  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = VectorMath.LANES;
  private static final int WIDE = STEPS * LANES;

  /** A loop over the steps of a tile, for one block of the group and, in some, one state. */
  private interface Loop {
    void run(int block, int state, int steps);
  }

  private static final int STEP_SIZES = 0;
  private static final int DRIVE = 1;
  private static final int ADVANCE = 2;
  private static final int GATE = 3;
  private static final int PASS_GATE = 4;
  private static final int RETRACE = 5;
  private static final int GO_BACK = 6;
  private static final int FINISH = 7;
  private static final int PASS_STEP_SIZES = 8;
  private static final int PASS_GATE_INPUT = 9;

  /** Called through an array, a loop is compiled by itself and never inlined into its caller. */
  private final Loop[] loops = {
    this::stepSizes,
    this::drive,
    this::advance,
    this::gate,
    this::passGate,
    this::retrace,
    this::goBack,
    this::finish,
    this::passStepSizes,
    this::passGateInput
  };

  final int states;

  // By (step, lane).
  final float[] x = new float[WIDE];
  final float[] raw = new float[WIDE];
  final float[] z = new float[WIDE];
  final float[] g = new float[WIDE];
  private final float[] delta = new float[WIDE];
  private final float[] drive = new float[WIDE];
  private final float[] gated = new float[WIDE];

  /** C h + D x; forward turns it into the output. */
  final float[] read = new float[WIDE];

  private final float[] ddrive = new float[WIDE];
  private final float[] ddelta = new float[WIDE];

  /** The states of one index before each step and behind the last, by (step, lane). */
  private final float[] path = new float[WIDE + LANES];

  private final float[] decay = new float[WIDE];

  // By (step, state).
  final float[] b;
  final float[] c;

  // By (block of the group, state, lane).
  final float[] h;
  final float[] aLog2;
  final float[] dh;
  final float[] da;

  // By (block of the group, lane).
  final float[] skip = new float[BLOCKS * LANES];
  final float[] bias = new float[BLOCKS * LANES];
  final float[] dskip = new float[BLOCKS * LANES];
  final float[] dbias = new float[BLOCKS * LANES];

  /** Sums over the blocks of a group, by (state, step, lane). */
  final float[] db;

  final float[] dc;

  ScanTile(int states) {
    this.states = states;
    b = new float[STEPS * states];
    c = new float[STEPS * states];
    h = new float[BLOCKS * states * LANES];
    aLog2 = new float[BLOCKS * states * LANES];
    dh = new float[BLOCKS * states * LANES];
    da = new float[BLOCKS * states * LANES];
    db = new float[states * WIDE];
    dc = new float[states * WIDE];
  }

  /**
   * Rows of a tensor, {@code stride} apart, into (step, lane); lanes there are no channels for are
   * 0.
   */
  static void fill(RawTensor from, int at, int stride, int steps, int lanes, float[] to) {
    if (lanes == LANES) {
      for (int t = 0; t < steps; t++) {
        from.load(at + t * stride).intoArray(to, t * LANES);
      }
    } else {
      Arrays.fill(to, 0, steps * LANES, 0);
      for (int t = 0; t < steps; t++) {
        from.read(at + t * stride, to, t * LANES, lanes);
      }
    }
  }

  /** (step, lane) into rows of a tensor. */
  static void drain(float[] from, RawTensor to, int at, int stride, int steps, int lanes) {
    if (lanes == LANES) {
      for (int t = 0; t < steps; t++) {
        to.store(FloatVector.fromArray(SPECIES, from, t * LANES), at + t * stride);
      }
    } else {
      for (int t = 0; t < steps; t++) {
        to.write(at + t * stride, from, t * LANES, lanes);
      }
    }
  }

  /**
   * From {@link #h} before the tile to {@link #h} behind it; the output is in {@link #read}.
   *
   * @param block of the group
   */
  void forward(int block, int steps) {
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
    FloatVector d = FloatVector.fromArray(SPECIES, skip, block * LANES);
    for (int t = 0; t < steps; t++) {
      int at = t * LANES;
      FloatVector xt = FloatVector.fromArray(SPECIES, x, at);
      xt.mul(FloatVector.fromArray(SPECIES, delta, at)).intoArray(drive, at);
      d.mul(xt).intoArray(read, at);
    }
  }

  /** Δ = softplus(δ + bias). */
  private void stepSizes(int block, int none, int steps) {
    FloatVector shift = FloatVector.fromArray(SPECIES, bias, block * LANES);
    for (int t = 0; t < steps; t++) {
      FloatVector biased = FloatVector.fromArray(SPECIES, raw, t * LANES).add(shift);
      VectorMath.softplus(biased).intoArray(delta, t * LANES);
    }
  }

  /** h ← exp(Δ A) h + Δ x B for one state, and C h added to what is read. */
  private void advance(int block, int n, int steps) {
    int row = block * states + n;
    FloatVector state = FloatVector.fromArray(SPECIES, h, row * LANES);
    FloatVector an = FloatVector.fromArray(SPECIES, aLog2, row * LANES);
    for (int t = 0; t < steps; t++) {
      int at = t * LANES;
      int selective = t * states + n;
      FloatVector step = FloatVector.fromArray(SPECIES, delta, at);
      FloatVector driven = FloatVector.fromArray(SPECIES, drive, at).mul(b[selective]);
      state = VectorMath.decay(step.mul(an)).fma(state, driven);
      state
          .fma(
              FloatVector.broadcast(SPECIES, c[selective]),
              FloatVector.fromArray(SPECIES, read, at))
          .intoArray(read, at);
    }
    state.intoArray(h, row * LANES);
  }

  private void gate(int block, int none, int steps) {
    for (int t = 0; t < steps; t++) {
      int at = t * LANES;
      FloatVector zt = FloatVector.fromArray(SPECIES, z, at);
      FloatVector silu = zt.mul(VectorMath.sigmoid(zt));
      FloatVector.fromArray(SPECIES, read, at).mul(silu).intoArray(read, at);
    }
  }

  /**
   * From {@link #dh} behind the tile to {@link #dh} before it. {@link #h} is the state before the
   * tile, {@link #g} the gradient of the output; the gradients of x, of δ and of z replace {@link
   * #x}, {@link #raw} and {@link #z}; those of A, B, C, D and the bias are added to their sums.
   */
  void backward(int block, int steps) {
    run(STEP_SIZES, block, 0, steps);
    run(DRIVE, block, 0, steps);
    run(PASS_GATE, block, 0, steps);
    Arrays.fill(ddrive, 0, steps * LANES, 0);
    Arrays.fill(ddelta, 0, steps * LANES, 0);
    for (int n = 0; n < states; n++) {
      run(RETRACE, block, n, steps);
      run(GO_BACK, block, n, steps);
    }
    run(FINISH, block, 0, steps);
    run(PASS_STEP_SIZES, block, 0, steps);
    run(PASS_GATE_INPUT, block, 0, steps);
  }

  /** The gradient of C h + D x. */
  private void passGate(int block, int none, int steps) {
    for (int t = 0; t < steps; t++) {
      int at = t * LANES;
      FloatVector zt = FloatVector.fromArray(SPECIES, z, at);
      FloatVector silu = zt.mul(VectorMath.sigmoid(zt));
      FloatVector.fromArray(SPECIES, g, at).mul(silu).intoArray(gated, at);
    }
  }

  /** {@link #advance} again, keeping the path and the decays. */
  private void retrace(int block, int n, int steps) {
    int row = block * states + n;
    FloatVector state = FloatVector.fromArray(SPECIES, h, row * LANES);
    FloatVector an = FloatVector.fromArray(SPECIES, aLog2, row * LANES);
    state.intoArray(path, 0);
    for (int t = 0; t < steps; t++) {
      int at = t * LANES;
      int selective = t * states + n;
      FloatVector step = FloatVector.fromArray(SPECIES, delta, at);
      FloatVector driven = FloatVector.fromArray(SPECIES, drive, at).mul(b[selective]);
      FloatVector decayed = VectorMath.decay(step.mul(an));
      decayed.intoArray(decay, at);
      state = decayed.fma(state, driven);
      state.intoArray(path, at + LANES);
      state
          .fma(
              FloatVector.broadcast(SPECIES, c[selective]),
              FloatVector.fromArray(SPECIES, read, at))
          .intoArray(read, at);
    }
  }

  /**
   * dh ← exp(Δ A) (dh + C g); on the way the gradients of C, of B, of Δ x (through B), of A and of
   * Δ (through the decay): d(Δ A) = dh before the step ∘ h before it.
   */
  private void goBack(int block, int n, int steps) {
    int row = block * states + n;
    FloatVector gradient = FloatVector.fromArray(SPECIES, dh, row * LANES);
    FloatVector an = FloatVector.fromArray(SPECIES, aLog2, row * LANES);
    FloatVector sum = FloatVector.fromArray(SPECIES, da, row * LANES);
    int sums = n * WIDE;
    for (int t = steps - 1; t >= 0; t--) {
      int at = t * LANES;
      int selective = t * states + n;
      FloatVector gt = FloatVector.fromArray(SPECIES, gated, at);
      gt.fma(
              FloatVector.fromArray(SPECIES, path, at + LANES),
              FloatVector.fromArray(SPECIES, dc, sums + at))
          .intoArray(dc, sums + at);
      gradient = gt.fma(FloatVector.broadcast(SPECIES, c[selective]), gradient);
      gradient
          .fma(
              FloatVector.fromArray(SPECIES, drive, at),
              FloatVector.fromArray(SPECIES, db, sums + at))
          .intoArray(db, sums + at);
      gradient
          .fma(
              FloatVector.broadcast(SPECIES, b[selective]),
              FloatVector.fromArray(SPECIES, ddrive, at))
          .intoArray(ddrive, at);
      gradient = gradient.mul(FloatVector.fromArray(SPECIES, decay, at));
      FloatVector exponent = gradient.mul(FloatVector.fromArray(SPECIES, path, at));
      sum = exponent.fma(FloatVector.fromArray(SPECIES, delta, at), sum);
      exponent.fma(an, FloatVector.fromArray(SPECIES, ddelta, at)).intoArray(ddelta, at);
    }
    gradient.intoArray(dh, row * LANES);
    sum.intoArray(da, row * LANES);
  }

  /** The gradients of x and of Δ, and the sum of that of D. */
  private void finish(int block, int none, int steps) {
    FloatVector d = FloatVector.fromArray(SPECIES, skip, block * LANES);
    FloatVector skipSum = FloatVector.fromArray(SPECIES, dskip, block * LANES);
    for (int t = 0; t < steps; t++) {
      int at = t * LANES;
      FloatVector gt = FloatVector.fromArray(SPECIES, gated, at);
      FloatVector xt = FloatVector.fromArray(SPECIES, x, at);
      FloatVector through = FloatVector.fromArray(SPECIES, ddrive, at);
      skipSum = gt.fma(xt, skipSum);
      // A is kept times log₂ e; ln 2 turns its products back.
      through
          .fma(xt, FloatVector.fromArray(SPECIES, ddelta, at).mul(VectorMath.LN_2))
          .intoArray(ddelta, at);
      through.fma(FloatVector.fromArray(SPECIES, delta, at), gt.mul(d)).intoArray(x, at);
    }
    skipSum.intoArray(dskip, block * LANES);
  }

  /** The gradient of δ, d softplus(δ)/dδ = σ(δ), and the sum of that of the bias. */
  private void passStepSizes(int block, int none, int steps) {
    FloatVector shift = FloatVector.fromArray(SPECIES, bias, block * LANES);
    FloatVector biasSum = FloatVector.fromArray(SPECIES, dbias, block * LANES);
    for (int t = 0; t < steps; t++) {
      int at = t * LANES;
      FloatVector slope = VectorMath.sigmoid(FloatVector.fromArray(SPECIES, raw, at).add(shift));
      FloatVector ofRaw = FloatVector.fromArray(SPECIES, ddelta, at).mul(slope);
      biasSum = biasSum.add(ofRaw);
      ofRaw.intoArray(raw, at);
    }
    biasSum.intoArray(dbias, block * LANES);
  }

  /** The gradient of z: d SiLU(z)/dz = σ·(1 + z − SiLU(z)). */
  private void passGateInput(int block, int none, int steps) {
    for (int t = 0; t < steps; t++) {
      int at = t * LANES;
      FloatVector zt = FloatVector.fromArray(SPECIES, z, at);
      FloatVector sigmoid = VectorMath.sigmoid(zt);
      FloatVector slope = sigmoid.mul(zt.sub(zt.mul(sigmoid)).add(1f));
      FloatVector.fromArray(SPECIES, g, at)
          .mul(FloatVector.fromArray(SPECIES, read, at))
          .mul(slope)
          .intoArray(z, at);
    }
  }
}
