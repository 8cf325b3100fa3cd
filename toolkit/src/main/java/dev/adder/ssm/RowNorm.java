package dev.adder.ssm;

import dev.adder.tensor.RawTensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link RmsNorm} of one row in place of a tensor: y = r / √(mean(r²) + ε) ∘ w. */
public final class RowNorm {

  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = VectorMath.LANES;

  private final float[] weight;
  private final int width;
  private final double epsilon;

  /**
   * @param weight (d)
   * @param epsilon added to the mean square, usually 1e-5
   */
  public RowNorm(RawTensor weight, double epsilon) {
    this.width = weight.size();
    this.epsilon = epsilon;
    this.weight = new float[padded(width)];
    weight.read(0, this.weight, 0, width);
  }

  /** So many numbers, rounded up to whole vectors. */
  public static int padded(int width) {
    return SPECIES.loopBound(width + LANES - 1);
  }

  /**
   * Norms a row.
   *
   * @param r whole vectors, 0 behind its end
   * @param y of the same length
   */
  public void apply(float[] r, float[] y) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = 0; i < r.length; i += LANES) {
      FloatVector part = FloatVector.fromArray(SPECIES, r, i);
      sum = part.fma(part, sum);
    }
    scale(r, (float) (1 / Math.sqrt(LaneSum.of(sum) / (double) width + epsilon)), y);
  }

  private void scale(float[] r, float factor, float[] y) {
    for (int i = 0; i < r.length; i += LANES) {
      FloatVector.fromArray(SPECIES, r, i)
          .mul(factor)
          .mul(FloatVector.fromArray(SPECIES, weight, i))
          .intoArray(y, i);
    }
  }
}
