package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.Product;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** y = f(x + bias) with f = ReLU or nothing. Inputs x (…, d) and bias (d); output (…, d). */
public final class BiasedActivation implements FusedOperator {

  private final boolean rectified;
  private @Nullable NDArray kept;

  /**
   * @param rectified whether f is ReLU
   */
  public BiasedActivation(boolean rectified) {
    this.rectified = rectified;
  }

  @Override
  public boolean accepts(NDList inputs) {
    return true;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray y = activate(inputs);
    kept = y;
    return new NDList(y);
  }

  private NDArray activate(NDList inputs) {
    NDArray sum = inputs.get(0).add(inputs.get(1));
    if (!rectified) {
      return sum;
    }
    try (sum) {
      return ai.djl.nn.Activation.relu(sum);
    }
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    NDArray y = Objects.requireNonNull(kept);
    NDArray g = outputGradients.get(0);
    NDArray masked = g.duplicate();
    if (rectified) {
      try (NDArray positive = y.gt(0);
          NDArray mask = positive.toType(g.getDataType(), false)) {
        masked.muli(mask);
      }
    }
    if (gradients.needs(1)) {
      gradients.add(1, Product.rows(masked).sum(new int[] {0}));
    }
    gradients.offer(0, masked);
  }

  @Override
  public NDList reference(NDList inputs) {
    NDArray sum = inputs.get(0).add(inputs.get(1));
    return new NDList(rectified ? ai.djl.nn.Activation.relu(sum) : sum);
  }
}
