package dev.adder.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * A tensor times a number. Input x and output of one shape.
 *
 * <p>Inside the engine's graph a number must come from {@link #times}: the engine's own {@code
 * mul(Number)} puts the number into memory of a Java buffer, keeps the tensor for the way back but
 * not the buffer, and reads whatever lies there after the next garbage collection (seen as
 * gradients of 0 or 1e-22 in one of a few hundred steps, most often with several trainings in one
 * process). The same holds for {@code div} and {@code pow}; {@code add} and {@code sub} keep
 * nothing.
 */
public final class Scaling implements FusedOperator {

  private final float factor;

  public Scaling(float factor) {
    this.factor = factor;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    return new NDList(times(inputs.get(0), factor));
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    gradients.add(0, times(outputGradients.get(0), factor));
  }

  @Override
  public NDList reference(NDList inputs) {
    return new NDList(times(inputs.get(0), factor));
  }

  /** x · factor in plain operators that the engine can differentiate. */
  public static NDArray times(NDArray x, float factor) {
    float[] one = {factor};
    NDArray number = RawTensor.create(x.getManager(), one, new Shape(1));
    if (x.getDataType() != DataType.FLOAT32) {
      number = number.toType(x.getDataType(), false);
    }
    return x.mul(number);
  }
}
