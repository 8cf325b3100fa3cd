package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;

/** Input x; outputs x̃ = dropout(x) and x − x̃, all of one shape. */
record DropoutSplit(Dropout dropout) implements FusedOperator {

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray x = inputs.get(0);
    NDArray dropped = dropout.apply(x);
    return new NDList(dropped, x.sub(dropped));
  }

  /** x̃ is linear in x with a diagonal matrix: the way back is g₂ + dropout(g₁ − g₂). */
  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    NDArray ofDropped = outputGradients.get(0);
    NDArray ofRest = outputGradients.get(1);
    if (ofDropped == null || ofRest == null) {
      throw new IllegalStateException("Both parts of a dropped input are used.");
    }
    NDArray sum = ofRest.duplicate();
    try (NDArray difference = ofDropped.sub(ofRest)) {
      dropout.addBack(difference, sum);
    }
    gradients.add(0, sum);
  }

  @Override
  public NDList reference(NDList inputs) {
    NDArray x = inputs.get(0);
    NDArray dropped = x.mul(dropout.mask(x));
    return new NDList(dropped, x.sub(dropped));
  }
}
