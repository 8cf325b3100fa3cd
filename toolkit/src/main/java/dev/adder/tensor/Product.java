package dev.adder.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.Blas.Matrix;
import dev.adder.tensor.cuda.Cuda;
import dev.adder.tensor.cuda.CudaProduct;
import java.util.Optional;

/**
 * y = x·Wᵀ + bias. Inputs x (…, in), W (out, in), and optionally bias (out); output (…, out). No
 * product is spent on the gradient of a frozen W.
 */
public final class Product implements FusedOperator {

  @Override
  public boolean accepts(NDList inputs) {
    return RawTensor.isReal(inputs.get(0));
  }

  @Override
  public Optional<FusedOperator> onGpu(NDList inputs) {
    return Cuda.operator(inputs, device -> new CudaProduct());
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray y = product(inputs.get(0), inputs.get(1));
    return new NDList(inputs.size() > 2 ? y.addi(inputs.get(2)) : y);
  }

  /**
   * x·Wᵀ.
   *
   * @param x (…, in)
   * @param w (out, in)
   */
  public static NDArray product(NDArray x, NDArray w) {
    Shape shape = x.getShape();
    long in = shape.get(shape.dimension() - 1);
    if (w.getShape().get(1) != in) {
      throw new IllegalArgumentException(
          "x has shape %s, W %s; their last axes must be equal.".formatted(shape, w.getShape()));
    }
    NDArray y = x.getManager().create(outShape(x, w), x.getDataType());
    Blas.multiply(1, matrix(x), matrix(w).transpose(), 0, matrix(y));
    return y;
  }

  /** The shape of x·Wᵀ. */
  public static Shape outShape(NDArray x, NDArray w) {
    Shape shape = x.getShape();
    return shape.slice(0, shape.dimension() - 1).add(w.getShape().get(0));
  }

  /** (…, d) as a matrix with d columns. */
  public static Matrix matrix(NDArray x) {
    Shape shape = x.getShape();
    return Matrix.of(RawTensor.of(x), Math.toIntExact(shape.get(shape.dimension() - 1)));
  }

  /** Adds alpha·g·W to the gradient of input x. */
  public static void addToX(GradientSink gradients, int x, double alpha, NDArray g, NDArray w) {
    if (gradients.needs(x)) {
      GradientSink.Target target = gradients.target(x);
      Blas.multiply(alpha, matrix(g), matrix(w), target.beta(), matrix(target.tensor()));
    }
  }

  /** Adds alpha·gᵀ·x to the gradient of input w. */
  public static void addToW(GradientSink gradients, int w, double alpha, NDArray g, NDArray x) {
    addToW(gradients, w, alpha, matrix(g), matrix(x));
  }

  /** Adds alpha·gᵀ·x to the gradient of input w. */
  public static void addToW(GradientSink gradients, int w, double alpha, Matrix g, Matrix x) {
    if (gradients.needs(w)) {
      GradientSink.Target target = gradients.target(w);
      Blas.multiply(alpha, g.transpose(), x, target.beta(), matrix(target.tensor()));
    }
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    NDArray g = outputGradients.get(0);
    addToX(gradients, 0, 1, g, inputs.get(1));
    addToW(gradients, 1, 1, g, inputs.get(0));
    if (inputs.size() > 2 && gradients.needs(2)) {
      gradients.add(2, rows(g).sum(new int[] {0}));
    }
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
