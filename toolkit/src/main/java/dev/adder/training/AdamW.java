package dev.adder.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Workers;
import dev.adder.tensor.cuda.Cuda;
import dev.adder.tensor.cuda.CudaAdamW;
import dev.adder.tensor.cuda.CudaDevice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * AdamW as in PyTorch: decoupled weight decay, bias-corrected moments, ε outside of the root.
 *
 * <p>θ ← θ − lr·λ·θ, m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − lr·m̂ / (√v̂ + ε) with m̂ =
 * m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ). Moments are float32 and ours, so that they can be saved. One pass over
 * the memory moves the parameters and clears the gradients; a first one takes their norm.
 */
public final class AdamW implements AutoCloseable {

  private static final double BETA_1 = 0.9;
  private static final double BETA_2 = 0.999;
  private static final double EPSILON = 1e-8;
  private static final int PIECE = 1 << 14;
  private static final VectorSpecies<Float> SPECIES = RawTensor.SPECIES;
  private static final int LANES = RawTensor.LANES;

  /** A parameter with its moments, which exist from its first gradient on. */
  private static final class Moments {
    private final Parameter parameter;
    private final double rateFactor;
    private @Nullable NDArray first;
    private @Nullable NDArray second;

    Moments(Parameter parameter, double rateFactor) {
      this.parameter = parameter;
      this.rateFactor = rateFactor;
    }

    void allocate(NDManager manager) {
      if (first == null) {
        first = manager.zeros(parameter.getArray().getShape());
        second = manager.zeros(parameter.getArray().getShape());
        NDScope.unregister(first, second);
      }
    }
  }

  private record Gradient(Moments of, NDArray tensor, RawTensor memory) {}

  private final List<Moments> moments = new ArrayList<>();
  private final NDManager manager;
  private final double weightDecay;
  private int step;

  /** What moves parameters that lie on a GPU. */
  private @Nullable CudaAdamW onGpu;

  /** One rate for all parameters. */
  public AdamW(List<Parameter> parameters, double weightDecay) {
    this(parameters, Collections.nCopies(parameters.size(), 1.0), weightDecay);
  }

  /**
   * @param parameters float32 leaves with gradients; at least one
   * @param rateFactors what the learning rate is multiplied by, for each of them
   * @param weightDecay λ, at least 0
   */
  public AdamW(List<Parameter> parameters, List<Double> rateFactors, double weightDecay) {
    for (int i = 0; i < parameters.size(); i++) {
      requireSinglePrecision(parameters.get(i));
      moments.add(new Moments(parameters.get(i), rateFactors.get(i)));
    }
    manager = parameters.get(0).getArray().getManager().newSubManager();
    this.weightDecay = weightDecay;
  }

  private static void requireSinglePrecision(Parameter parameter) {
    if (parameter.getArray().getDataType() == DataType.FLOAT64) {
      throw new IllegalArgumentException(
          "%s is float64, and AdamW moves float32 parameters. Train the model in float32; gradients are there in float64, too."
              .formatted(parameter.getName()));
    }
  }

  /**
   * Moves every parameter by its present gradient and clears the gradients.
   *
   * @param learningRate of this step
   * @param clipNorm largest global 2-norm
   * @return the global 2-norm before clipping
   */
  public double step(double learningRate, double clipNorm) {
    if (Cuda.holds(moments.get(0).parameter.getArray())) {
      return stepOnGpu(learningRate, clipNorm);
    }
    List<Gradient> gradients = gradients();
    try {
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
      for (Gradient gradient : gradients) {
        double rate = learningRate * gradient.of().rateFactor;
        new Rule(
                clip,
                (float) (rate / correction1),
                (float) (1 - rate * weightDecay),
                (float) correction2)
            .apply(gradient);
      }
      return norm;
    } finally {
      gradients.forEach(gradient -> gradient.tensor().close());
    }
  }

  private double stepOnGpu(double learningRate, double clipNorm) {
    if (moments.stream().anyMatch(of -> of.rateFactor != 1)) {
      throw new IllegalStateException(
          "LoRA+ has two learning rates, and the optimizer's kernel on a GPU has one. Train it on the CPU, or leave plus(…) out.");
    }
    NDList parameters = new NDList();
    NDList gradients = new NDList();
    for (Moments of : moments) {
      NDArray parameter = of.parameter.getArray();
      NDArray gradient = JniUtils.getGradient((PtNDArray) parameter);
      parameters.add(parameter);
      gradients.add(gradient == null ? parameter.zerosLike() : gradient);
    }
    if (onGpu == null) {
      CudaDevice device =
          Cuda.device(parameters.get(0))
              .orElseThrow(
                  () ->
                      new IllegalStateException(
                          "The model is on a GPU, but the optimizer's kernels cannot be used: %s Load the model on the CPU instead."
                              .formatted(Cuda.report())));
      onGpu = new CudaAdamW(device, parameters, new CudaAdamW.Constants(BETA_1, BETA_2, EPSILON));
    }
    int next = step + 1;
    double norm =
        onGpu.step(
            parameters,
            gradients,
            new CudaAdamW.Step(
                learningRate / (1 - StrictMath.pow(BETA_1, next)),
                1 - learningRate * weightDecay,
                Math.sqrt(1 - StrictMath.pow(BETA_2, next)),
                clipNorm));
    gradients.forEach(NDArray::close);
    parameters.forEach(parameter -> JniUtils.zeroGrad((PtNDArray) parameter));
    if (!Double.isFinite(norm)) {
      throw new IllegalStateException(
          "The gradient is %s in step %d. Lower the learning rate (now %s)."
              .formatted(norm, next, learningRate));
    }
    step = next;
    return norm;
  }

  private List<Gradient> gradients() {
    List<Gradient> gradients = new ArrayList<>();
    for (Moments of : moments) {
      NDArray gradient = JniUtils.getGradient((PtNDArray) of.parameter.getArray());
      if (gradient != null) {
        of.allocate(manager);
        gradients.add(new Gradient(of, gradient, RawTensor.of(gradient)));
      }
    }
    return gradients;
  }

  private static int pieces(RawTensor memory) {
    return (memory.size() + PIECE - 1) / PIECE;
  }

  private static double norm(List<Gradient> gradients) {
    double sum = 0;
    for (Gradient gradient : gradients) {
      RawTensor memory = gradient.memory();
      double[] parts = new double[pieces(memory)];
      Workers.run(
          parts.length,
          piece -> {
            int from = piece * PIECE;
            parts[piece] = squares(memory, from, Math.min(memory.size(), from + PIECE));
          });
      for (double part : parts) {
        sum += part;
      }
    }
    return Math.sqrt(sum);
  }

  private static double squares(RawTensor memory, int from, int end) {
    int at = from;
    FloatVector sum = FloatVector.zero(SPECIES);
    for (; at + LANES <= end; at += LANES) {
      FloatVector g = memory.load(at);
      sum = g.fma(g, sum);
    }
    float[] lanes = new float[LANES];
    sum.intoArray(lanes, 0);
    double total = 0;
    for (float lane : lanes) {
      total += lane;
    }
    for (; at < end; at++) {
      total += (double) memory.get(at) * memory.get(at);
    }
    return total;
  }

  private static String culprit(List<Gradient> gradients) {
    for (Gradient gradient : gradients) {
      for (int i = 0; i < gradient.memory().size(); i++) {
        if (!Float.isFinite(gradient.memory().get(i))) {
          return gradient.of().parameter.getName();
        }
      }
    }
    return "their sum";
  }

  /**
   * One step's arithmetic.
   *
   * @param clip what gradients are multiplied by
   * @param rate learning rate over the first moment's correction
   * @param decay what parameters are multiplied by
   * @param correction root of the second moment's correction
   */
  private record Rule(float clip, float rate, float decay, float correction) {

    void apply(Gradient gradient) {
      RawTensor theta = RawTensor.of(gradient.of().parameter.getArray());
      RawTensor m = RawTensor.of(gradient.of().first);
      RawTensor v = RawTensor.of(gradient.of().second);
      RawTensor g = gradient.memory();
      Workers.run(
          pieces(g),
          piece -> {
            int from = piece * PIECE;
            int end = Math.min(g.size(), from + PIECE);
            int whole = from + SPECIES.loopBound(end - from);
            move(theta, m, v, g, from, whole);
            moveRest(theta, m, v, g, whole, end);
          });
    }

    private void move(RawTensor theta, RawTensor m, RawTensor v, RawTensor g, int from, int end) {
      for (int i = from; i < end; i += LANES) {
        FloatVector gradient = g.load(i).mul(clip);
        FloatVector first = m.load(i).mul((float) BETA_1).add(gradient.mul((float) (1 - BETA_1)));
        FloatVector second =
            v.load(i).mul((float) BETA_2).add(gradient.mul((float) (1 - BETA_2)).mul(gradient));
        m.store(first, i);
        v.store(second, i);
        FloatVector root =
            second.lanewise(VectorOperators.SQRT).div(correction).add((float) EPSILON);
        theta.store(theta.load(i).mul(decay).sub(first.mul(rate).div(root)), i);
        g.store(FloatVector.zero(SPECIES), i);
      }
    }

    private void moveRest(
        RawTensor theta, RawTensor m, RawTensor v, RawTensor g, int from, int end) {
      for (int i = from; i < end; i++) {
        float gradient = g.get(i) * clip;
        float first = (float) BETA_1 * m.get(i) + (float) (1 - BETA_1) * gradient;
        float second = (float) BETA_2 * v.get(i) + (float) (1 - BETA_2) * gradient * gradient;
        m.put(i, first);
        v.put(i, second);
        float root = (float) Math.sqrt(second) / correction + (float) EPSILON;
        theta.put(i, theta.get(i) * decay - rate * first / root);
        g.put(i, 0);
      }
    }
  }

  /** Frees the moments. */
  @Override
  public void close() {
    if (onGpu != null) {
      onGpu.close();
    }
    manager.close();
  }
}
