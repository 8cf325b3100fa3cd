package dev.adder.ssm;

import dev.adder.tensor.RawTensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Elementary functions on float vectors, from multiplications and additions only, so that their
 * bits are the same on every JDK. Largest relative error of 2^y about 1e-7, of softplus and σ 3e-7.
 */
final class VectorMath {

  static final VectorSpecies<Float> SPECIES = RawTensor.SPECIES;
  static final int LANES = RawTensor.LANES;

  static final float LOG2_E = 1.4426950408889634f;
  static final float LN_2 = 0.6931471805599453f;

  // Adding 1.5 · 2^23 rounds to a whole number and leaves it in the low mantissa bits.
  private static final float ROUND = 12582912f;
  private static final float SMALLEST = -126f;
  private static final float LARGEST = 126f;
  private static final int BITS_OF_SMALLEST = Float.floatToRawIntBits(SMALLEST);

  // 2^r = Σ (ln 2)^k/k! r^k up to k = 6; on |r| ≤ 1/2 the rest is below 1e-7.
  private static final float C6 = 1.5403530e-4f;
  private static final float C5 = 1.3333558e-3f;
  private static final float C4 = 9.6181291e-3f;
  private static final float C3 = 5.5504109e-2f;
  private static final float C2 = 2.4022651e-1f;
  private static final float C1 = 6.9314718e-1f;

  private static final ThreadLocal<float[]> LANES_OF_THREAD =
      ThreadLocal.withInitial(() -> new float[LANES]);

  private VectorMath() {}

  /** 2^y for y in [−126, 126]; of the nearer end outside of it. */
  static FloatVector exp2(FloatVector y) {
    return inRange(y.max(SMALLEST).min(LARGEST));
  }

  /**
   * 2^y for y ≤ 0; below −126, of −126. For y that is not a number too, which callers must see to.
   */
  static FloatVector decay(FloatVector y) {
    // Bits of negative numbers, read as integers, grow with the magnitude: one instruction clamps.
    return inRange(
        y.reinterpretAsInts()
            .lanewise(VectorOperators.MIN, BITS_OF_SMALLEST)
            .reinterpretAsFloats());
  }

  private static FloatVector inRange(FloatVector in) {
    FloatVector shifted = in.add(ROUND);
    FloatVector r = in.sub(shifted.sub(ROUND));
    FloatVector p = broadcast(C6);
    p = p.fma(r, broadcast(C5));
    p = p.fma(r, broadcast(C4));
    p = p.fma(r, broadcast(C3));
    p = p.fma(r, broadcast(C2));
    p = p.fma(r, broadcast(C1));
    p = p.fma(r, broadcast(1f));
    // p is in [0.7, 1.42]: adding the whole part to its exponent multiplies by 2^n.
    return p.reinterpretAsInts()
        .add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
        .reinterpretAsFloats();
  }

  /** e^x for x in [−87, 87]; outside of it, of the nearer end. */
  static FloatVector exp(FloatVector x) {
    return exp2(x.mul(LOG2_E));
  }

  /** e^−|x|. */
  static FloatVector ofMagnitude(FloatVector x) {
    return decay(x.abs().mul(-LOG2_E));
  }

  /** ln(1 + e^x). */
  static FloatVector softplus(FloatVector x) {
    return softplus(x, ofMagnitude(x));
  }

  /**
   * ln(1 + e^x).
   *
   * @param u {@link #ofMagnitude} of x
   */
  static FloatVector softplus(FloatVector x, FloatVector u) {
    // ln(1 + u) = 2 artanh(u / (2 + u)) with an argument of at most 1/3.
    FloatVector s = u.div(u.add(2f));
    FloatVector s2 = s.mul(s);
    FloatVector p = broadcast(2f / 15);
    p = p.fma(s2, broadcast(2f / 13));
    p = p.fma(s2, broadcast(2f / 11));
    p = p.fma(s2, broadcast(2f / 9));
    p = p.fma(s2, broadcast(2f / 7));
    p = p.fma(s2, broadcast(2f / 5));
    p = p.fma(s2, broadcast(2f / 3));
    p = p.fma(s2, broadcast(2f));
    // The larger of x and 0, without the comparison's special cases.
    return p.fma(s, x.add(x.abs()).mul(0.5f));
  }

  /** 1 / (1 + e^−x); 1/2 where x is no number. */
  static FloatVector sigmoid(FloatVector x) {
    FloatVector u = ofMagnitude(x);
    FloatVector ofPositive = broadcast(1f).div(u.add(1f));
    return ofPositive.mul(u).blend(ofPositive, x.test(VectorOperators.IS_NEGATIVE).not());
  }

  /** This thread's numbers of one vector, for {@link #total}. */
  static float[] lanes() {
    return LANES_OF_THREAD.get();
  }

  /**
   * The sum of the lanes, in order. A vector is written to {@link #lanes} by its own loop: handed
   * over a call, it would be an object.
   */
  static double total(float[] lanes) {
    double total = 0;
    for (float lane : lanes) {
      total += lane;
    }
    return total;
  }

  private static FloatVector broadcast(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }
}
