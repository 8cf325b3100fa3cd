package dev.adder.tensor.cuda;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.DeviceOperator;

/**
 * y = x·Wᵀ + bias on a GPU, by the engine's products. Inputs x (…, in), W (out, in), and optionally
 * bias (out); output (…, out).
 *
 * <p>All is computed in the type of x; a W of another type, such as a trained float32 one beside
 * bf16 activations, is rounded to it, and its gradient has W's own type. No product is spent on the
 * gradient of a frozen W.
 */
public final class CudaProduct implements DeviceOperator {

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray x = inputs.get(0);
    NDArray y = product(x, inputs.get(1));
    return new NDList(inputs.size() > 2 ? y.addi(NativeTensor.inTypeOf(x, inputs.get(2))) : y);
  }

  @Override
  public NDList gradients(NDList inputs, NDList outputGradients, boolean[] needed) {
    NDArray g = outputGradients.get(0);
    NDList gradients =
        new NDList(
            needed[0] ? ofX(g, inputs.get(1)) : null,
            needed[1] ? ofW(g, inputs.get(0), inputs.get(1)) : null);
    if (inputs.size() > 2) {
      NDArray bias = inputs.get(2);
      gradients.add(needed[2] ? NativeTensor.inTypeOf(bias, rows(g).sum(new int[] {0})) : null);
    }
    return gradients;
  }

  /** x·Wᵀ in the type of x. */
  public static NDArray product(NDArray x, NDArray w) {
    return x.matMul(NativeTensor.inTypeOf(x, w).transpose());
  }

  /** The gradient of x in x·Wᵀ, in the type of g: g·W. */
  public static NDArray ofX(NDArray g, NDArray w) {
    return g.matMul(NativeTensor.inTypeOf(g, w));
  }

  /** The gradient of W in x·Wᵀ, in the type of W: gᵀ·x. */
  public static NDArray ofW(NDArray g, NDArray x, NDArray w) {
    return NativeTensor.inTypeOf(w, rows(g).transpose().matMul(rows(x)));
  }

  /** (…, d) as (rows, d), over the same memory. */
  public static NDArray rows(NDArray x) {
    return x.reshape(new Shape(-1, x.getShape().get(x.getShape().dimension() - 1)));
  }
}
