package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.Product;
import dev.adder.tensor.RawTensor;
import org.jspecify.annotations.Nullable;

/**
 * y = x·Wᵀ + scale·(x̃·Aᵀ)·Bᵀ with x̃ = dropout(x); no gradient for the frozen W.
 *
 * <p>Inputs x (…, in), W (out, in), A (r, in), B (out, r); output (…, out).
 */
final class LowRankLinear implements FusedOperator {

  private final float scale;
  private final float dropout;
  private final KeyedRandom random;
  private @Nullable NDArray mask;
  private @Nullable NDArray dropped;
  private @Nullable NDArray low;

  /**
   * @param dropout share of x dropped on the low-rank path; 0 for none
   * @param random where the dropped places come from
   */
  LowRankLinear(float scale, float dropout, KeyedRandom random) {
    this.scale = scale;
    this.dropout = dropout;
    this.random = random;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray x = inputs.get(0);
    NDArray input = x;
    if (dropout > 0) {
      mask = mask(x);
      input = x.mul(mask);
    }
    NDArray projected = input.matMul(inputs.get(2).transpose());
    NDArray y = x.matMul(inputs.get(1).transpose());
    y.addi(projected.matMul(inputs.get(3).transpose().mul(scale)));
    if (differentiate) {
      dropped = input;
      low = projected;
    }
    return new NDList(y);
  }

  private NDArray mask(NDArray x) {
    float[] keep = new float[Math.toIntExact(x.size())];
    random.fillUniform(keep, 0, 1);
    float kept = 1 / (1 - dropout);
    for (int i = 0; i < keep.length; i++) {
      keep[i] = keep[i] < dropout ? 0 : kept;
    }
    return RawTensor.create(x.getManager(), keep, x.getShape());
  }

  @Override
  public NDList backward(NDList inputs, NDList outputGradients, boolean[] needed) {
    NDArray x = inputs.get(0);
    NDArray gradient = outputGradients.get(0);
    NDArray rows = Product.rows(gradient);
    NDArray lowGradient = rows.matMul(inputs.get(3)).muli(scale);
    NDArray xGradient = null;
    if (needed[0]) {
      xGradient = rows.matMul(inputs.get(1)).reshape(x.getShape());
      NDArray through = lowGradient.matMul(inputs.get(2)).reshape(x.getShape());
      xGradient.addi(mask == null ? through : through.muli(mask));
    }
    NDArray aGradient = lowGradient.transpose().matMul(Product.rows(dropped));
    NDArray bGradient = rows.transpose().matMul(Product.rows(low)).muli(scale);
    return new NDList(xGradient, null, aGradient, bGradient);
  }

  /** The shape of x·Wᵀ. */
  static Shape outShape(NDArray x, NDArray weight) {
    long[] shape = x.getShape().getShape().clone();
    shape[shape.length - 1] = weight.getShape().get(0);
    return new Shape(shape);
  }

  @Override
  public NDList reference(NDList inputs) {
    NDArray x = inputs.get(0);
    NDArray base = x.matMul(inputs.get(1).transpose());
    NDArray input = dropout > 0 ? x.mul(mask(x)) : x;
    NDArray path = input.matMul(inputs.get(2).transpose()).matMul(inputs.get(3).transpose());
    return new NDList(base.add(path.mul(scale)));
  }
}
