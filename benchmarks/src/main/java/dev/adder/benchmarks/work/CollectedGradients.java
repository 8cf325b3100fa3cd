package dev.adder.benchmarks.work;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.adder.tensor.GradientSink;

/** Asks an operator for the gradients of all its inputs and keeps them. */
public final class CollectedGradients implements GradientSink {

  private final NDList inputs;
  private final NDArray[] gradients;

  public CollectedGradients(NDList inputs) {
    this.inputs = inputs;
    gradients = new NDArray[inputs.size()];
  }

  @Override
  public boolean needs(int input) {
    return true;
  }

  @Override
  public void add(int input, NDArray gradient) {
    gradients[input] = gradient;
  }

  @Override
  public Target target(int input) {
    NDArray like = inputs.get(input);
    gradients[input] = like.getManager().create(like.getShape(), like.getDataType());
    return new Target(gradients[input], false);
  }

  /** One gradient per input. */
  public NDList all() {
    return new NDList(gradients);
  }
}
