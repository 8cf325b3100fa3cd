package dev.adder.ssm;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums over the lanes of vectors: half is added to half until one number is left, so that the order
 * of the additions, and with it the bits, is the same on every JDK.
 */
final class LaneSum {

  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = VectorMath.LANES;

  // By distance: every lane trades places with the one that far away.
  private static final VectorShuffle<Float> BY_8 = trade(8);
  private static final VectorShuffle<Float> BY_4 = trade(4);
  private static final VectorShuffle<Float> BY_2 = trade(2);
  private static final VectorShuffle<Float> BY_1 = trade(1);

  // By distance: the lanes that trade downwards.
  private static final VectorMask<Float> UPPER_8 = upper(8);
  private static final VectorMask<Float> UPPER_4 = upper(4);
  private static final VectorMask<Float> UPPER_2 = upper(2);
  private static final VectorMask<Float> UPPER_1 = upper(1);

  private LaneSum() {}

  private static VectorShuffle<Float> trade(int distance) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ distance) % LANES);
  }

  private static VectorMask<Float> upper(int distance) {
    boolean[] lanes = new boolean[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      lanes[lane] = (lane & distance) != 0;
    }
    return VectorMask.fromArray(SPECIES, lanes, 0);
  }

  /** The sum of the lanes. */
  static float of(FloatVector vector) {
    FloatVector sum = vector;
    if (LANES > 8) {
      sum = sum.add(sum.rearrange(BY_8));
    }
    if (LANES > 4) {
      sum = sum.add(sum.rearrange(BY_4));
    }
    if (LANES > 2) {
      sum = sum.add(sum.rearrange(BY_2));
    }
    return sum.add(sum.rearrange(BY_1)).lane(0);
  }

  /**
   * Sums over the lanes of as many rows of vectors as there are lanes: lane l of a vector of the
   * first row becomes the sum of the vector at its place in row l. The other rows are used up.
   *
   * @param from index of the first row
   * @param apart numbers from one row to the next
   * @param count vectors in a row
   */
  static void ofRows(float[] memory, int from, int apart, int count) {
    if (LANES > 8) {
      join(memory, from, apart, count, 8, BY_8, UPPER_8);
    }
    if (LANES > 4) {
      join(memory, from, apart, count, 4, BY_4, UPPER_4);
    }
    if (LANES > 2) {
      join(memory, from, apart, count, 2, BY_2, UPPER_2);
    }
    join(memory, from, apart, count, 1, BY_1, UPPER_1);
  }

  /**
   * From twice as many rows to {@code rows}: each takes up the one that many further on, whose
   * lanes' sums go to the upper lanes.
   */
  private static void join(
      float[] memory,
      int from,
      int apart,
      int count,
      int rows,
      VectorShuffle<Float> trade,
      VectorMask<Float> upper) {
    for (int row = 0; row < rows; row++) {
      int one = from + row * apart;
      int other = one + rows * apart;
      for (int i = 0; i < count * LANES; i += LANES) {
        FloatVector a = FloatVector.fromArray(SPECIES, memory, one + i);
        FloatVector b = FloatVector.fromArray(SPECIES, memory, other + i);
        FloatVector near = a.blend(b, upper);
        FloatVector far = a.rearrange(trade).blend(b.rearrange(trade), upper);
        near.add(far).intoArray(memory, one + i);
      }
    }
  }
}
