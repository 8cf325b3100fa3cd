package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;

/** Mean of (prediction − target)² over all entries. Inputs of one shape; output a scalar (1). */
public final class MeanSquaredError implements FusedOperator {

  @Override
  public boolean accepts(NDList inputs) {
    return true;
  }

  private static void requireShapes(NDList inputs) {
    if (!inputs.get(0).getShape().equals(inputs.get(1).getShape())) {
      throw new IllegalArgumentException(
          "The prediction has shape %s, the target %s; they must be equal."
              .formatted(inputs.get(0).getShape(), inputs.get(1).getShape()));
    }
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    return reference(inputs);
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    NDArray difference = inputs.get(0).sub(inputs.get(1));
    double size = difference.size();
    difference.muli(outputGradients.get(0)).muli(2 / size);
    if (gradients.needs(1)) {
      gradients.add(1, difference.neg());
    }
    gradients.offer(0, difference);
  }

  @Override
  public NDList reference(NDList inputs) {
    requireShapes(inputs);
    NDArray difference = inputs.get(0).sub(inputs.get(1));
    return new NDList(difference.mul(difference).mean().reshape(new Shape(1)));
  }
}
