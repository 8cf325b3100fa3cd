package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.cuda.Cuda;
import java.util.Optional;

/**
 * Depthwise causal convolution and SiLU: y_t = SiLU(bias + Σ_k w_k ∘ x_{t−K+1+k}).
 *
 * <p>Inputs x (b, l, d), weight (d, 1, K), bias (d), and optionally the window (b, K−1, d) of
 * inputs before the first step, zero if left out. Outputs y (b, l, d) and the window behind the
 * last step.
 */
public final class CausalConvolution implements FusedOperator {

  @Override
  public Optional<FusedOperator> onGpu(NDList inputs) {
    return Cuda.operator(inputs, CudaConvolution::new);
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    return new ConvolutionKernel(inputs).forward();
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    new ConvolutionKernel(inputs)
        .backward(outputGradients.get(0), outputGradients.get(1), gradients);
  }

  @Override
  public NDList reference(NDList inputs) {
    NDArray x = inputs.get(0);
    Shape shape = x.getShape();
    long length = shape.get(1);
    long width = inputs.get(1).getShape().get(2);
    NDArray window =
        inputs.size() > 3
            ? inputs.get(3)
            : x.getManager()
                .zeros(new Shape(shape.get(0), width - 1, shape.get(2)), x.getDataType());
    NDArray padded = window.concat(x, 1);
    NDArray taps = inputs.get(1).squeeze(1).transpose();
    NDArray sum = inputs.get(2);
    for (long k = 0; k < width; k++) {
      sum = steps(padded, k, k + length).mul(taps.get(k)).add(sum);
    }
    NDArray y = sum.mul(ai.djl.nn.Activation.sigmoid(sum));
    return new NDList(y, steps(padded, length, length + width - 1));
  }

  private static NDArray steps(NDArray x, long from, long to) {
    return x.get(new NDIndex(":, " + from + ":" + to));
  }
}
