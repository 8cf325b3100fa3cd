package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.Blas;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.Product;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * y = x·Wᵀ + scale·(x̃·Aᵀ)·Bᵀ with x̃ = dropout(x): the low-rank path is added to the base product
 * where it stands, and nothing is spent on a gradient of the frozen W.
 *
 * <p>Inputs x (…, in), W (out, in), A (r, in), B (out, r); output (…, out).
 */
final class LowRankLinear implements FusedOperator {

  private final float scale;
  private final Dropout dropout;
  private @Nullable NDArray dropped;
  private @Nullable NDArray low;

  /**
   * @param rate share of x dropped on the low-rank path; 0 for none
   * @param random where the dropped places come from
   */
  LowRankLinear(float scale, float rate, KeyedRandom random) {
    this.scale = scale;
    dropout = new Dropout(rate, random);
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray x = inputs.get(0);
    NDArray input = dropout.drops() ? dropout.apply(x) : x;
    NDArray y = Product.product(x, inputs.get(1));
    NDArray projected = Product.product(input, inputs.get(2));
    Blas.multiply(
        scale,
        Product.matrix(projected),
        Product.matrix(inputs.get(3)).transpose(),
        1,
        Product.matrix(y));
    if (differentiate) {
      dropped = input;
      low = projected;
    } else {
      projected.close();
    }
    return new NDList(y);
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    NDArray x = inputs.get(0);
    NDArray a = inputs.get(2);
    NDArray b = inputs.get(3);
    NDArray g = outputGradients.get(0);
    NDArray input = Objects.requireNonNull(dropped);
    NDArray projected = Objects.requireNonNull(low);
    try (NDArray ofLow = projected.getManager().create(projected.getShape())) {
      Blas.multiply(scale, Product.matrix(g), Product.matrix(b), 0, Product.matrix(ofLow));
      Product.addToW(gradients, 2, 1, ofLow, input);
      Product.addToW(gradients, 3, scale, g, projected);
      if (gradients.needs(0)) {
        GradientSink.Target target = gradients.target(0);
        Blas.Matrix to = Product.matrix(target.tensor());
        Blas.multiply(1, Product.matrix(g), Product.matrix(inputs.get(1)), target.beta(), to);
        if (dropout.drops()) {
          try (NDArray through = x.getManager().create(x.getShape())) {
            Blas.multiply(1, Product.matrix(ofLow), Product.matrix(a), 0, Product.matrix(through));
            dropout.addBack(through, target.tensor());
          }
        } else {
          Blas.multiply(1, Product.matrix(ofLow), Product.matrix(a), 1, to);
        }
      }
    }
    projected.close();
    if (dropout.drops()) {
      input.close();
    }
  }

  /** The shape of x·Wᵀ. */
  static Shape outShape(NDArray x, NDArray weight) {
    Shape shape = x.getShape();
    return shape.slice(0, shape.dimension() - 1).add(weight.getShape().get(0));
  }

  @Override
  public NDList reference(NDList inputs) {
    NDArray x = inputs.get(0);
    NDArray base = x.matMul(inputs.get(1).transpose());
    NDArray input = dropout.drops() ? x.mul(dropout.mask(x)) : x;
    NDArray path = input.matMul(inputs.get(2).transpose()).matMul(inputs.get(3).transpose());
    return new NDList(base.add(path.mul(scale)));
  }
}
