package dev.adder.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

/** a + b, where b has the shape of a or of its last axis (a bias). */
public final class Sum implements FusedOperator {

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    return reference(inputs);
  }

  @Override
  public NDList backward(NDList inputs, NDList outputGradients, boolean[] needed) {
    NDArray g = outputGradients.get(0);
    boolean bias = !inputs.get(1).getShape().equals(g.getShape());
    return new NDList(g, bias && needed[1] ? Product.rows(g).sum(new int[] {0}) : g);
  }

  @Override
  public NDList reference(NDList inputs) {
    return new NDList(inputs.get(0).add(inputs.get(1)));
  }
}
