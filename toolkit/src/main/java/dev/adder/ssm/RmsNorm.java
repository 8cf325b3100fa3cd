package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.adder.tensor.FusedOperator;
import org.jspecify.annotations.Nullable;

/**
 * y = x / √(mean(x²) + ε) ∘ w over the last axis. Inputs x (…, d), w (d); output (…, d).
 *
 * <p>With s = 1/√(mean(x²) + ε) and g the gradient of y: ∂w = Σ g ∘ x·s and ∂x = s·(g∘w) − x·s³/d ·
 * Σ_d (g∘w∘x).
 */
public final class RmsNorm implements FusedOperator {

  private final double epsilon;
  private @Nullable NDArray scale;

  /**
   * @param epsilon added to the mean square, usually 1e-5
   */
  public RmsNorm(double epsilon) {
    this.epsilon = epsilon;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray x = inputs.get(0);
    scale = scale(x);
    return new NDList(x.mul(scale).muli(inputs.get(1)));
  }

  private NDArray scale(NDArray x) {
    int[] last = {x.getShape().dimension() - 1};
    return x.square().mean(last, true).add(epsilon).sqrt().pow(-1);
  }

  @Override
  public NDList backward(NDList inputs, NDList outputGradients, boolean[] needed) {
    NDArray x = inputs.get(0);
    NDArray g = outputGradients.get(0);
    long d = inputs.get(1).size();
    int last = x.getShape().dimension() - 1;
    NDArray xGradient = null;
    if (needed[0]) {
      NDArray weighted = g.mul(inputs.get(1));
      NDArray along = weighted.mul(x).sum(new int[] {last}, true);
      NDArray correction = scale.pow(3).muli(along).divi(d);
      xGradient = weighted.muli(scale).subi(x.mul(correction));
    }
    NDArray wGradient = null;
    if (needed[1]) {
      wGradient = g.mul(x).muli(scale).reshape(-1, d).sum(new int[] {0});
    }
    return new NDList(xGradient, wGradient);
  }

  @Override
  public NDList reference(NDList inputs) {
    return new NDList(inputs.get(0).mul(scale(inputs.get(0))).mul(inputs.get(1)));
  }
}
