package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.Blas;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.Product;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Scaling;
import dev.adder.tensor.cuda.Cuda;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * y = x·Wᵀ + scale·(x̃·Aᵀ)·Bᵀ with x̃ = dropout(x): the low-rank path is added to the base product
 * where it stands, and nothing is spent on a gradient of the frozen W.
 *
 * <p>Inputs x (…, in), W (out, in), A (r, in), B (out, r); output (…, out).
 */
final class LowRankLinear implements FusedOperator {

  /**
   * From so many inputs on, x·Aᵀ and its gradient are stored by columns, which is faster. Sums over
   * fewer keep their order, and stored quick results their bits.
   */
  private static final int WIDE = 512;

  private final float scale;
  private final Dropout dropout;
  private @Nullable NDArray dropped;
  private @Nullable NDArray low;

  /** Bᵀ (r, out): products with long rows are several times faster than with rows of r. */
  private @Nullable NDArray across;

  /**
   * @param rate share of x dropped on the low-rank path; 0 for none
   * @param random where the dropped places come from
   */
  LowRankLinear(float scale, float rate, KeyedRandom random) {
    this.scale = scale;
    dropout = new Dropout(rate, random);
  }

  @Override
  public Optional<FusedOperator> onGpu(NDList inputs) {
    return Cuda.operator(
        inputs, device -> new CudaLowRankLinear(scale, dropout.onGpu(device).orElse(null)));
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray x = inputs.get(0);
    NDArray input = dropout.drops() ? dropout.apply(x) : x;
    NDArray y = Product.product(x, inputs.get(1));
    NDArray projected = createLow(inputs);
    Blas.Matrix a = Product.matrix(inputs.get(2));
    Blas.multiply(1, Product.matrix(input), a.transpose(), 0, matrixOfLow(projected, inputs));
    NDArray bt = transposed(inputs.get(3));
    Blas.multiply(scale, matrixOfLow(projected, inputs), Product.matrix(bt), 1, Product.matrix(y));
    if (differentiate) {
      dropped = input;
      low = projected;
      across = bt;
    } else {
      projected.close();
      bt.close();
    }
    return new NDList(y);
  }

  /** Memory for x·Aᵀ. */
  private static NDArray createLow(NDList inputs) {
    NDArray x = inputs.get(0);
    Shape a = inputs.get(2).getShape();
    return x.getManager().create(new Shape(x.size() / a.get(1), a.get(0)), x.getDataType());
  }

  /** What {@link #createLow} made, as (tokens, r). */
  private static Blas.Matrix matrixOfLow(NDArray memory, NDList inputs) {
    if (inputs.get(2).getShape().get(1) < WIDE) {
      return Product.matrix(memory);
    }
    int tokens = Math.toIntExact(memory.getShape().get(0));
    int rank = Math.toIntExact(memory.getShape().get(1));
    return new Blas.Matrix(RawTensor.of(memory), 0, tokens, rank, Math.max(1, tokens), true);
  }

  private static NDArray transposed(NDArray b) {
    int out = Math.toIntExact(b.getShape().get(0));
    int rank = Math.toIntExact(b.getShape().get(1));
    NDArray bt = b.getManager().create(new Shape(rank, out));
    RawTensor from = RawTensor.of(b);
    RawTensor to = RawTensor.of(bt);
    for (int i = 0; i < out; i++) {
      for (int r = 0; r < rank; r++) {
        to.put(r * out + i, from.get(i * rank + r));
      }
    }
    return bt;
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    NDArray x = inputs.get(0);
    NDArray g = outputGradients.get(0);
    NDArray input = Objects.requireNonNull(dropped);
    NDArray projected = Objects.requireNonNull(low);
    NDArray bt = Objects.requireNonNull(across);
    Blas.Matrix gradient = Product.matrix(g);
    try (NDArray memory = createLow(inputs)) {
      Blas.Matrix ofLow = matrixOfLow(memory, inputs);
      Blas.multiply(scale, gradient, Product.matrix(bt).transpose(), 0, ofLow);
      Product.addToW(gradients, 2, 1, ofLow, Product.matrix(input));
      if (gradients.needs(3)) {
        // Bᵀ is no longer needed: its place takes the gradient.
        Blas.multiply(
            scale, matrixOfLow(projected, inputs).transpose(), gradient, 0, Product.matrix(bt));
        addTransposed(bt, gradients.target(3));
      }
      if (gradients.needs(0)) {
        addToX(x, inputs, g, ofLow, gradients.target(0));
      }
    }
    projected.close();
    bt.close();
    if (dropout.drops()) {
      input.close();
    }
  }

  private static void addTransposed(NDArray bt, GradientSink.Target target) {
    int rank = Math.toIntExact(bt.getShape().get(0));
    int out = Math.toIntExact(bt.getShape().get(1));
    RawTensor from = RawTensor.of(bt);
    RawTensor to = target.zeroed();
    for (int i = 0; i < out; i++) {
      for (int r = 0; r < rank; r++) {
        to.put(i * rank + r, to.get(i * rank + r) + from.get(r * out + i));
      }
    }
  }

  private void addToX(
      NDArray x, NDList inputs, NDArray g, Blas.Matrix ofLow, GradientSink.Target target) {
    Blas.Matrix to = Product.matrix(target.tensor());
    Blas.Matrix a = Product.matrix(inputs.get(2));
    Blas.multiply(1, Product.matrix(g), Product.matrix(inputs.get(1)), target.beta(), to);
    if (dropout.drops()) {
      try (NDArray through = x.getManager().create(x.getShape())) {
        Blas.multiply(1, ofLow, a, 0, Product.matrix(through));
        dropout.addBack(through, target.tensor());
      }
    } else {
      Blas.multiply(1, ofLow, a, 1, to);
    }
  }

  @Override
  public NDList reference(NDList inputs) {
    NDArray x = inputs.get(0);
    NDArray base = x.matMul(inputs.get(1).transpose());
    NDArray input = dropout.drops() ? x.mul(dropout.mask(x)) : x;
    NDArray path = input.matMul(inputs.get(2).transpose()).matMul(inputs.get(3).transpose());
    return new NDList(base.add(Scaling.times(path, scale)));
  }
}
