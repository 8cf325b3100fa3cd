package dev.adder.ssm;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums over the lanes of many vectors: each vector is folded onto itself, half by half, so that the
 * order of the additions, and with it the bits, is the same on every JDK.
 */
final class LaneSum {

  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = VectorMath.LANES;
  private static final VectorShuffle<Float> BY_8 = rotation(8);
  private static final VectorShuffle<Float> BY_4 = rotation(4);
  private static final VectorShuffle<Float> BY_2 = rotation(2);
  private static final VectorShuffle<Float> BY_1 = rotation(1);

  private LaneSum() {}

  private static VectorShuffle<Float> rotation(int by) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane + by) % LANES);
  }

  /**
   * Sums over the lanes of successive vectors.
   *
   * @param from index of the first vector's first number
   * @param count of vectors
   * @param to index of the first sum, in the same array
   * @param stride from one sum to the next
   */
  static void of(float[] memory, int from, int count, int to, int stride) {
    if (LANES == 16 || LANES == 8) {
      for (int i = 0; i < count; i++) {
        memory[to + i * stride] = fold(FloatVector.fromArray(SPECIES, memory, from + i * LANES));
      }
    } else {
      for (int i = 0; i < count; i++) {
        float total = 0;
        for (int lane = 0; lane < LANES; lane++) {
          total += memory[from + i * LANES + lane];
        }
        memory[to + i * stride] = total;
      }
    }
  }

  /** The sum of the lanes, of which there are 8 or 16. */
  static float fold(FloatVector vector) {
    FloatVector sum = LANES == 16 ? vector.add(vector.rearrange(BY_8)) : vector;
    sum = sum.add(sum.rearrange(BY_4));
    sum = sum.add(sum.rearrange(BY_2));
    return sum.add(sum.rearrange(BY_1)).lane(0);
  }
}
