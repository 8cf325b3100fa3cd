package dev.adder.training;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.adder.tensor.RawTensor;
import java.util.ArrayList;
import java.util.List;

/**
 * AdamW as in PyTorch: decoupled weight decay, bias-corrected moments, ε outside of the root.
 *
 * <p>θ ← θ − lr·λ·θ, m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − lr·m̂ / (√v̂ + ε) with m̂ =
 * m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ). Moments are float32 and ours, so that they can be saved.
 */
public final class AdamW {

  private static final double BETA_1 = 0.9;
  private static final double BETA_2 = 0.999;
  private static final double EPSILON = 1e-8;

  private static final class Moments {
    private final Parameter parameter;
    private final float[] first;
    private final float[] second;

    Moments(Parameter parameter) {
      this.parameter = parameter;
      int size = Math.toIntExact(parameter.getArray().size());
      first = new float[size];
      second = new float[size];
    }
  }

  private final List<Moments> moments = new ArrayList<>();
  private final double weightDecay;
  private int step;

  /**
   * @param parameters float32 leaves with gradients
   * @param weightDecay λ, at least 0
   */
  public AdamW(List<Parameter> parameters, double weightDecay) {
    parameters.forEach(parameter -> moments.add(new Moments(parameter)));
    this.weightDecay = weightDecay;
  }

  /**
   * Moves every parameter by its present gradient and clears the gradients.
   *
   * @param learningRate of this step
   * @param clipNorm largest global 2-norm
   * @return the global 2-norm before clipping
   */
  public double step(double learningRate, double clipNorm) {
    List<float[]> gradients = gradients();
    double norm = norm(gradients);
    if (!Double.isFinite(norm)) {
      throw new IllegalStateException(
          "The gradient is %s in step %d, first in %s. Lower the learning rate (now %s)."
              .formatted(norm, step + 1, culprit(gradients), learningRate));
    }
    // As torch.nn.utils.clip_grad_norm_: the coefficient is at most 1 and has 1e-6 in its
    // denominator.
    float clip = (float) Math.min(1, clipNorm / (norm + 1e-6));
    step++;
    double correction1 = 1 - StrictMath.pow(BETA_1, step);
    double correction2 = Math.sqrt(1 - StrictMath.pow(BETA_2, step));
    float rate = (float) (learningRate / correction1);
    float decay = (float) (1 - learningRate * weightDecay);
    for (int i = 0; i < moments.size(); i++) {
      update(moments.get(i), gradients.get(i), clip, rate, decay, (float) correction2);
    }
    return norm;
  }

  private static void update(
      Moments state, float[] gradient, float clip, float rate, float decay, float correction2) {
    RawTensor parameter = RawTensor.of(state.parameter.getArray());
    float[] theta = parameter.toFloatArray();
    float[] first = state.first;
    float[] second = state.second;
    float beta1 = (float) BETA_1;
    float beta2 = (float) BETA_2;
    float oneMinus1 = (float) (1 - BETA_1);
    float oneMinus2 = (float) (1 - BETA_2);
    float epsilon = (float) EPSILON;
    for (int i = 0; i < theta.length; i++) {
      float g = gradient[i] * clip;
      float m = beta1 * first[i] + oneMinus1 * g;
      float v = beta2 * second[i] + oneMinus2 * g * g;
      first[i] = m;
      second[i] = v;
      theta[i] = theta[i] * decay - rate * m / ((float) Math.sqrt(v) / correction2 + epsilon);
    }
    parameter.set(theta);
  }

  private List<float[]> gradients() {
    List<float[]> gradients = new ArrayList<>();
    for (Moments state : moments) {
      PtNDArray leaf = (PtNDArray) state.parameter.getArray();
      try (NDArray gradient = JniUtils.getGradient(leaf)) {
        gradients.add(
            gradient == null
                ? new float[state.first.length]
                : RawTensor.of(gradient).toFloatArray());
      }
      JniUtils.zeroGrad(leaf);
    }
    return gradients;
  }

  private static double norm(List<float[]> gradients) {
    double sum = 0;
    for (float[] gradient : gradients) {
      for (float g : gradient) {
        sum += (double) g * g;
      }
    }
    return Math.sqrt(sum);
  }

  private String culprit(List<float[]> gradients) {
    for (int i = 0; i < gradients.size(); i++) {
      for (float g : gradients.get(i)) {
        if (!Float.isFinite(g)) {
          return moments.get(i).parameter.getName();
        }
      }
    }
    return "their sum";
  }
}
