package dev.adder.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;

/**
 * y = x·Wᵀ + bias. Inputs x (…, in), W (out, in), and optionally bias (out); output (…, out). No
 * product is spent on the gradient of a frozen W.
 */
public final class Product implements FusedOperator {

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray y = inputs.get(0).matMul(inputs.get(1).transpose());
    return new NDList(inputs.size() > 2 ? y.addi(inputs.get(2)) : y);
  }

  @Override
  public NDList backward(NDList inputs, NDList outputGradients, boolean[] needed) {
    NDArray x = inputs.get(0);
    NDArray g = rows(outputGradients.get(0));
    NDList gradients =
        new NDList(
            needed[0] ? g.matMul(inputs.get(1)).reshape(x.getShape()) : null,
            needed[1] ? g.transpose().matMul(rows(x)) : null);
    if (inputs.size() > 2) {
      gradients.add(needed[2] ? g.sum(new int[] {0}) : null);
    }
    return gradients;
  }

  @Override
  public NDList reference(NDList inputs) {
    NDArray y = inputs.get(0).matMul(inputs.get(1).transpose());
    return new NDList(inputs.size() > 2 ? y.add(inputs.get(2)) : y);
  }

  /** (…, d) as (rows, d). */
  public static NDArray rows(NDArray x) {
    return x.reshape(new Shape(-1, x.getShape().get(x.getShape().dimension() - 1)));
  }
}
