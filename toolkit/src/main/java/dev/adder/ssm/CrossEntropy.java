package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.RawTensor;
import org.jspecify.annotations.Nullable;

/**
 * Mean cross-entropy in nats: −(1/m) Σ log softmax(logits_i)[target_i]. Input logits (m, classes);
 * output a scalar (1).
 */
public final class CrossEntropy implements FusedOperator {

  private final int[] targets;
  private @Nullable NDArray logProbabilities;

  /**
   * @param targets one class per row
   */
  public CrossEntropy(int[] targets) {
    if (targets.length == 0) {
      throw new IllegalArgumentException(
          "There are no label tokens to take a loss over; give at least one.");
    }
    this.targets = targets;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray logits = inputs.get(0);
    requireRows(logits);
    NDArray log = logits.logSoftmax(1);
    if (differentiate) {
      logProbabilities = log;
    }
    return mean(log);
  }

  private NDList mean(NDArray log) {
    NDArray picked = log.mul(oneHot(log)).sum().neg().div(targets.length);
    return new NDList(picked.reshape(1));
  }

  private NDArray oneHot(NDArray logits) {
    int classes = Math.toIntExact(logits.getShape().get(1));
    for (int target : targets) {
      if (target < 0 || target >= classes) {
        throw new IllegalArgumentException(
            "A label is %d, but there are %d classes. Use the model's own tokenizer."
                .formatted(target, classes));
      }
    }
    long[] classOfRow = java.util.Arrays.stream(targets).asLongStream().toArray();
    return RawTensor.create(logits.getManager(), classOfRow, new Shape(targets.length))
        .oneHot(classes)
        .toType(logits.getDataType(), false);
  }

  @Override
  public NDList backward(NDList inputs, NDList outputGradients, boolean[] needed) {
    NDArray gradient = logProbabilities.exp().subi(oneHot(logProbabilities));
    return new NDList(gradient.muli(outputGradients.get(0).div(targets.length)));
  }

  @Override
  public NDList reference(NDList inputs) {
    requireRows(inputs.get(0));
    return mean(inputs.get(0).logSoftmax(1));
  }

  private void requireRows(NDArray logits) {
    Shape shape = logits.getShape();
    if (shape.dimension() != 2 || shape.get(0) != targets.length) {
      throw new IllegalArgumentException(
          "Logits have shape %s, but there are %d labels; expected (%d, classes)."
              .formatted(shape, targets.length, targets.length));
    }
  }
}
