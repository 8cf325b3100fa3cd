package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.RawTensor;

/**
 * Causal convolution of each channel with a kernel as long as the sequence: y_t = Σ_{s ≤ t} K_s
 * u_{t−s} + D u_t + R_t.
 *
 * <p>b batch, l length, d channels. Inputs u (b, l, d), K (l, d), D (d), and optionally R (l, d),
 * the same for all sequences, 0 if left out; output y (b, l, d). The sums are made directly, not by
 * a Fourier transform: l²/2 products per channel.
 */
public final class LongConvolution implements FusedOperator {

  @Override
  public boolean accepts(NDList inputs) {
    return RawTensor.isReal(inputs.get(0));
  }

  private static boolean isDouble(NDList inputs) {
    return inputs.get(0).getDataType() == DataType.FLOAT64;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    requireShapes(inputs);
    return new NDList(
        isDouble(inputs)
            ? new DoubleLongConvolution(inputs).forward()
            : new LongConvolutionKernel(inputs).forward());
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    NDArray g = outputGradients.get(0);
    if (isDouble(inputs)) {
      new DoubleLongConvolution(inputs).backward(g, gradients);
    } else {
      new LongConvolutionKernel(inputs).backward(g, gradients);
    }
    if (inputs.size() > 3 && gradients.needs(3)) {
      gradients.add(3, g.sum(new int[] {0}));
    }
  }

  @Override
  public NDList reference(NDList inputs) {
    requireShapes(inputs);
    NDArray u = inputs.get(0);
    NDArray kernel = inputs.get(1);
    long length = u.getShape().get(1);
    NDArray y = u.mul(inputs.get(2));
    for (long s = 0; s < length; s++) {
      NDArray delayed = u.get(new NDIndex(":, 0:" + (length - s)));
      Shape gap = new Shape(u.getShape().get(0), s, u.getShape().get(2));
      NDArray none = u.getManager().zeros(gap, u.getDataType());
      y = y.add(NDArrays.concat(new NDList(none, delayed), 1).mul(kernel.get(s)));
    }
    return new NDList(inputs.size() > 3 ? y.add(inputs.get(3)) : y);
  }

  private static void requireShapes(NDList inputs) {
    Shape u = inputs.get(0).getShape();
    boolean right = u.dimension() == 3 && inputs.get(2).getShape().equals(u.slice(2));
    right &= u.dimension() == 3 && inputs.get(1).getShape().equals(u.slice(1));
    right &= inputs.size() < 4 || inputs.get(3).getShape().equals(inputs.get(1).getShape());
    if (!right) {
      throw new IllegalArgumentException(
          "The long convolution got %s; expected u (b, l, d), K (l, d), D (d) and optionally R (l, d)."
              .formatted(inputs.stream().map(NDArray::getShape).toList()));
    }
  }
}
