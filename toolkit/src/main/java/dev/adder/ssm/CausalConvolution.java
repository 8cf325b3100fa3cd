package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.FusedOperator;
import org.jspecify.annotations.Nullable;

/**
 * Depthwise causal convolution and SiLU: y_t = SiLU(bias + Σ_k w_k ∘ x_{t−K+1+k}).
 *
 * <p>Inputs x (b, l, d), weight (d, 1, K), bias (d), and optionally the window (b, K−1, d) of
 * inputs before the first step, zero if left out. Outputs y (b, l, d) and the window behind the
 * last step.
 */
public final class CausalConvolution implements FusedOperator {

  private @Nullable NDArray padded;
  private @Nullable NDArray before;

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray x = pad(inputs);
    NDArray sum = convolve(x, inputs);
    if (differentiate) {
      padded = x;
      before = sum;
    }
    return new NDList(silu(sum), window(x, inputs).duplicate());
  }

  private static NDArray pad(NDList inputs) {
    NDArray x = inputs.get(0);
    Shape shape = x.getShape();
    long width = inputs.get(1).getShape().get(2);
    NDArray window =
        inputs.size() > 3
            ? inputs.get(3)
            : x.getManager()
                .zeros(new Shape(shape.get(0), width - 1, shape.get(2)), x.getDataType());
    return window.concat(x, 1);
  }

  private static NDArray convolve(NDArray padded, NDList inputs) {
    long length = inputs.get(0).getShape().get(1);
    long width = inputs.get(1).getShape().get(2);
    NDArray taps = inputs.get(1).squeeze(1).transpose();
    NDArray sum = inputs.get(2);
    for (long k = 0; k < width; k++) {
      sum = steps(padded, k, k + length).mul(taps.get(k)).add(sum);
    }
    return sum;
  }

  private static NDArray steps(NDArray x, long from, long to) {
    return x.get(new NDIndex(":, " + from + ":" + to));
  }

  private static NDArray window(NDArray padded, NDList inputs) {
    long length = inputs.get(0).getShape().get(1);
    return steps(padded, length, padded.getShape().get(1));
  }

  private static NDArray silu(NDArray x) {
    return x.mul(ai.djl.nn.Activation.sigmoid(x));
  }

  @Override
  public NDList backward(NDList inputs, NDList outputGradients, boolean[] needed) {
    NDArray sigmoid = ai.djl.nn.Activation.sigmoid(before);
    // d SiLU(u)/du = σ(u)·(1 + u·(1 − σ(u)))
    NDArray slope = before.mul(sigmoid.neg().add(1)).addi(1).muli(sigmoid);
    NDArray g = slope.muli(outputGradients.get(0));
    long length = g.getShape().get(1);
    long width = inputs.get(1).getShape().get(2);
    NDArray taps = inputs.get(1).squeeze(1).transpose();
    NDArray paddedGradient = padded.zerosLike();
    NDList tapGradients = new NDList();
    for (long k = 0; k < width; k++) {
      steps(paddedGradient, k, k + length).addi(g.mul(taps.get(k)));
      tapGradients.add(steps(padded, k, k + length).mul(g).sum(new int[] {0, 1}));
    }
    steps(paddedGradient, length, padded.getShape().get(1)).addi(outputGradients.get(1));
    NDList gradients =
        new NDList(
            steps(paddedGradient, width - 1, padded.getShape().get(1)).duplicate(),
            ai.djl.ndarray.NDArrays.stack(tapGradients, 1).reshape(inputs.get(1).getShape()),
            g.sum(new int[] {0, 1}));
    if (inputs.size() > 3) {
      gradients.add(steps(paddedGradient, 0, width - 1).duplicate());
    }
    return gradients;
  }

  @Override
  public NDList reference(NDList inputs) {
    NDArray x = pad(inputs);
    return new NDList(silu(convolve(x, inputs)), window(x, inputs));
  }
}
