package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.adder.tensor.DeviceOperator;
import dev.adder.tensor.cuda.CudaDropout;
import dev.adder.tensor.cuda.CudaProduct;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@link LowRankLinear} on a GPU: the products are the engine's, in the type of x; A and B, and
 * their gradients, stay float32 beside bf16.
 */
final class CudaLowRankLinear implements DeviceOperator {

  private final float scale;
  private final @Nullable CudaDropout dropout;
  private @Nullable NDArray dropped;

  /** scale·x̃·Aᵀ. */
  private @Nullable NDArray low;

  /**
   * @param dropout of the low-rank path's input; null for none
   */
  CudaLowRankLinear(float scale, @Nullable CudaDropout dropout) {
    this.scale = scale;
    this.dropout = dropout;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray x = inputs.get(0);
    NDArray input = dropout == null ? x : dropout.apply(x);
    NDArray y = CudaProduct.product(x, inputs.get(1));
    NDArray projected = CudaProduct.product(input, inputs.get(2)).muli(scale);
    try (NDArray path = CudaProduct.product(projected, inputs.get(3))) {
      y.addi(path);
    }
    if (differentiate) {
      dropped = input;
      low = projected;
    } else {
      projected.close();
      release(input);
    }
    return new NDList(y);
  }

  private void release(NDArray input) {
    if (dropout != null) {
      input.close();
    }
  }

  @Override
  public NDList gradients(NDList inputs, NDList outputGradients, boolean[] needed) {
    NDArray a = inputs.get(2);
    NDArray g = outputGradients.get(0);
    NDArray input = Objects.requireNonNull(dropped);
    NDArray projected = Objects.requireNonNull(low);
    NDArray ofLow = CudaProduct.ofX(g, inputs.get(3)).muli(scale);
    NDList gradients =
        new NDList(
            needed[0] ? ofX(g, ofLow, inputs) : null,
            needed[1] ? CudaProduct.ofW(g, inputs.get(0), inputs.get(1)) : null,
            needed[2] ? CudaProduct.ofW(ofLow, input, a) : null,
            needed[3] ? CudaProduct.ofW(g, projected, inputs.get(3)) : null);
    ofLow.close();
    projected.close();
    release(input);
    return gradients;
  }

  private NDArray ofX(NDArray g, NDArray ofLow, NDList inputs) {
    NDArray sum = CudaProduct.ofX(g, inputs.get(1));
    try (NDArray through = CudaProduct.ofX(ofLow, inputs.get(2))) {
      if (dropout == null) {
        sum.addi(through);
      } else {
        dropout.addBack(through, sum);
      }
    }
    return sum;
  }
}
