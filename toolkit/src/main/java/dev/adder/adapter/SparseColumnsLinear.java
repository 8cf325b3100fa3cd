package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.Product;
import org.jspecify.annotations.Nullable;

/**
 * y = x·Wᵀ + x[…, places]·Vᵀ with frozen W.
 *
 * <p>Inputs x (…, in), W (out, in), V (out, places); output (…, out).
 */
final class SparseColumnsLinear implements FusedOperator {

  private final NDArray places;
  private @Nullable NDArray gathered;

  /**
   * @param places chosen columns of W, int64, each once
   */
  SparseColumnsLinear(NDArray places) {
    this.places = places;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray x = Product.rows(inputs.get(0));
    NDArray chosen = x.get(new NDIndex(":, {}", places));
    NDArray y = x.matMul(inputs.get(1).transpose());
    y.addi(chosen.matMul(inputs.get(2).transpose()));
    if (differentiate) {
      gathered = chosen;
    }
    return new NDList(y.reshape(LowRankLinear.outShape(inputs.get(0), inputs.get(1))));
  }

  @Override
  public NDList backward(NDList inputs, NDList outputGradients, boolean[] needed) {
    NDArray gradient = Product.rows(outputGradients.get(0));
    NDArray xGradient = null;
    if (needed[0]) {
      xGradient = gradient.matMul(inputs.get(1));
      NDIndex columns = new NDIndex(":, {}", places);
      xGradient.set(columns, xGradient.get(columns).addi(gradient.matMul(inputs.get(2))));
      xGradient = xGradient.reshape(inputs.get(0).getShape());
    }
    return new NDList(xGradient, null, gradient.transpose().matMul(gathered));
  }

  @Override
  public NDList reference(NDList inputs) {
    NDArray x = Product.rows(inputs.get(0));
    NDArray chosen = x.transpose().get(places).transpose();
    NDArray y = x.matMul(inputs.get(1).transpose()).add(chosen.matMul(inputs.get(2).transpose()));
    return new NDList(y.reshape(LowRankLinear.outShape(inputs.get(0), inputs.get(1))));
  }
}
