package dev.adder.ssm;

import dev.adder.tensor.RawTensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Cross-entropy of one row of logits, and its gradient in the row's place. */
final class Softmax {

  private static final VectorSpecies<Float> SPECIES = RawTensor.SPECIES;
  private static final int LANES = RawTensor.LANES;

  /** Sums of so many vectors are made in float32 before they go on in float64. */
  private static final int RUN = 64 * LANES;

  private Softmax() {}

  /**
   * −log softmax(row)[target], in nats. The row is used up: it becomes exp(logit − largest).
   *
   * @param from index of the row's first logit
   */
  static double loss(RawTensor logits, int from, int classes, int target) {
    float largest = largest(logits, from, classes);
    double ofTarget = logits.get(from + target);
    return Math.log(exponentiate(logits, from, classes, largest)) + largest - ofTarget;
  }

  /** The same; the row becomes scale·(softmax − one-hot). */
  static double lossAndGradient(RawTensor logits, int from, int classes, int target, float scale) {
    float largest = largest(logits, from, classes);
    double ofTarget = logits.get(from + target);
    double sum = exponentiate(logits, from, classes, largest);
    multiply(logits, from, classes, (float) (scale / sum));
    logits.put(from + target, logits.get(from + target) - scale);
    return Math.log(sum) + largest - ofTarget;
  }

  private static float largest(RawTensor logits, int from, int classes) {
    int whole = SPECIES.loopBound(classes);
    FloatVector most = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < whole; i += LANES) {
      most = most.max(logits.load(from + i));
    }
    float largest = most.reduceLanes(VectorOperators.MAX);
    for (int i = whole; i < classes; i++) {
      largest = Math.max(largest, logits.get(from + i));
    }
    return largest;
  }

  /** Turns logits into exp(logit − largest) and gives their sum. */
  private static double exponentiate(RawTensor logits, int from, int classes, float largest) {
    double sum = 0;
    for (int i = 0; i < classes; i += RUN) {
      sum += exponentiateRun(logits, from + i, Math.min(RUN, classes - i), largest);
    }
    return sum;
  }

  /** HotSpot inlines no two exponentials into one method: whole vectors and the rest are two. */
  private static double exponentiateRun(RawTensor logits, int from, int count, float largest) {
    int whole = SPECIES.loopBound(count);
    double total = exponentiateWhole(logits, from, whole, largest);
    return whole < count
        ? total + exponentiateRest(logits, from + whole, count - whole, largest)
        : total;
  }

  private static double exponentiateWhole(RawTensor logits, int from, int count, float largest) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = 0; i < count; i += LANES) {
      FloatVector e = VectorMath.exp(logits.load(from + i).sub(largest));
      logits.store(e, from + i);
      sum = sum.add(e);
    }
    float[] lanes = VectorMath.lanes();
    sum.intoArray(lanes, 0);
    return VectorMath.total(lanes);
  }

  private static double exponentiateRest(RawTensor logits, int from, int count, float largest) {
    VectorMask<Float> rest = SPECIES.indexInRange(0, count);
    FloatVector e = VectorMath.exp(logits.load(from, rest).sub(largest));
    logits.store(e, from, rest);
    float[] lanes = VectorMath.lanes();
    FloatVector.zero(SPECIES).blend(e, rest).intoArray(lanes, 0);
    return VectorMath.total(lanes);
  }

  private static void multiply(RawTensor row, int from, int classes, float factor) {
    int whole = SPECIES.loopBound(classes);
    for (int i = 0; i < whole; i += LANES) {
      row.store(row.load(from + i).mul(factor), from + i);
    }
    for (int i = whole; i < classes; i++) {
      row.put(from + i, row.get(from + i) * factor);
    }
  }
}
