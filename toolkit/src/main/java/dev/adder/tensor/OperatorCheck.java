package dev.adder.tensor;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.adder.tensor.cuda.Cuda;
import dev.adder.tensor.cuda.CudaDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * A fused operator beside its plain reference, on a device of this machine: outputs and gradients
 * of random inputs, and the time that both take forward and back.
 *
 * @param name what a person calls it
 * @param operator a fresh one for each application
 * @param shapes of the inputs
 * @param negative index of an input that must be negative, if any
 * @param frozen index of an input that never gets a gradient, if any
 */
public record OperatorCheck(
    String name,
    Supplier<FusedOperator> operator,
    List<Shape> shapes,
    OptionalInt negative,
    OptionalInt frozen) {

  /** Largest difference, relative to the largest number of its tensor, that rounding explains. */
  public static final double TOLERANCE = 1e-4;

  private static final int WARM_UP = 30;
  private static final int TIMED = 9;
  private static final int TIMED_REFERENCE = 3;

  public OperatorCheck {
    shapes = List.copyOf(shapes);
  }

  /** An operator all inputs of which may have any sign and a gradient. */
  public static OperatorCheck of(String name, Supplier<FusedOperator> operator, Shape... shapes) {
    return new OperatorCheck(
        name, operator, List.of(shapes), OptionalInt.empty(), OptionalInt.empty());
  }

  /** The same with an input that must be negative. */
  public OperatorCheck negative(int input) {
    return new OperatorCheck(name, operator, shapes, OptionalInt.of(input), frozen);
  }

  /** The same with an input that gets no gradient. */
  public OperatorCheck frozen(int input) {
    return new OperatorCheck(name, operator, shapes, negative, OptionalInt.of(input));
  }

  /**
   * What was found.
   *
   * @param name of the operator
   * @param difference largest over outputs and gradients, relative to the largest number of the
   *     tensor; NaN if something was no number
   * @param fusedSeconds forward and back
   * @param referenceSeconds forward and back
   */
  public record Finding(
      String name, double difference, double fusedSeconds, double referenceSeconds) {

    /** Whether results can be trusted. */
    public boolean passes() {
      return difference <= TOLERANCE;
    }
  }

  /**
   * Compares and measures.
   *
   * @param device where; on a GPU without our kernels, the plain operators are compared with
   *     themselves
   */
  public Finding run(Device device) {
    List<float[]> ours = new ArrayList<>();
    List<float[]> theirs = new ArrayList<>();
    double reference = time(device, false, TIMED_REFERENCE, theirs);
    for (int i = 0; i < WARM_UP; i++) {
      pass(device, true, ours);
    }
    double fused = time(device, true, TIMED, ours);
    return new Finding(name, difference(ours, theirs), fused, reference);
  }

  /** The shortest of some passes. */
  private double time(Device device, boolean fused, int passes, List<float[]> results) {
    double best = Double.POSITIVE_INFINITY;
    for (int i = 0; i < passes; i++) {
      best = Math.min(best, pass(device, fused, results));
    }
    return best;
  }

  /** Seconds of one pass; the results are its outputs and gradients. */
  private double pass(Device device, boolean fused, List<float[]> results) {
    results.clear();
    try (NDManager manager = NDManager.newBaseManager(device, "PyTorch");
        NDScope scope = new NDScope();
        Tape tape = fused ? Tape.recording() : Tape.reference()) {
      scope.suppressNotUsedWarning();
      NDArray[] inputs = inputs(manager);
      finish(inputs[0]);
      long start = System.nanoTime();
      NDList outputs = tape.apply(operator.get(), inputs);
      finish(inputs[0]);
      double forward = (System.nanoTime() - start) * 1e-9;
      for (NDArray output : outputs) {
        results.add(JniUtils.detachGradient((PtNDArray) output).toFloatArray());
      }
      NDList weights = weights(outputs);
      NDArray sum = tape.plain(all -> total(all, weights), outputs.toArray(new NDArray[0]));
      finish(inputs[0]);
      start = System.nanoTime();
      tape.backward(sum);
      finish(inputs[0]);
      double back = (System.nanoTime() - start) * 1e-9;
      for (int i = 0; i < inputs.length; i++) {
        if (isTrained(i)) {
          NDArray gradient = JniUtils.getGradient((PtNDArray) inputs[i]);
          results.add((gradient == null ? inputs[i].zerosLike() : gradient).toFloatArray());
        }
      }
      return forward + back;
    }
  }

  /** Waits until a GPU has done what it was told; on the CPU everything is done. */
  private static void finish(NDArray tensor) {
    Cuda.device(tensor).ifPresent(CudaDevice::synchronize);
  }

  private static NDArray total(NDList outputs, NDList weights) {
    NDArray sum = outputs.get(0).mul(weights.get(0)).sum();
    for (int i = 1; i < outputs.size(); i++) {
      sum = sum.add(outputs.get(i).mul(weights.get(i)).sum());
    }
    return sum;
  }

  private boolean isTrained(int input) {
    return frozen.isEmpty() || frozen.getAsInt() != input;
  }

  private NDArray[] inputs(NDManager manager) {
    NDArray[] inputs = new NDArray[shapes.size()];
    for (int i = 0; i < inputs.length; i++) {
      float[] values = normal(i, shapes.get(i));
      if (negative.isPresent() && negative.getAsInt() == i) {
        for (int j = 0; j < values.length; j++) {
          values[j] = (float) -StrictMath.exp(values[j]);
        }
      }
      inputs[i] = RawTensor.create(manager, values, shapes.get(i));
      if (isTrained(i)) {
        JniUtils.attachGradient((PtNDArray) inputs[i], true);
      }
    }
    return inputs;
  }

  private static float[] normal(int key, Shape shape) {
    float[] values = new float[Math.toIntExact(shape.size())];
    KeyedRandom.of(0).derive(key).fillNormal(values, 1);
    return values;
  }

  private static NDList weights(NDList outputs) {
    NDList weights = new NDList();
    for (int i = 0; i < outputs.size(); i++) {
      Shape shape = outputs.get(i).getShape();
      weights.add(RawTensor.create(outputs.get(i).getManager(), normal(100 + i, shape), shape));
    }
    return weights;
  }

  private static double difference(List<float[]> ours, List<float[]> theirs) {
    double largest = 0;
    for (int i = 0; i < ours.size(); i++) {
      double scale = Float.MIN_NORMAL;
      double apart = 0;
      for (int j = 0; j < ours.get(i).length; j++) {
        double expected = theirs.get(i)[j];
        scale = Math.max(scale, Math.abs(expected));
        // Math.max keeps a NaN.
        apart = Math.max(apart, Math.abs(ours.get(i)[j] - expected));
      }
      largest = Math.max(largest, apart / scale);
    }
    return largest;
  }

  /** The operators of this package. */
  public static List<OperatorCheck> products() {
    return List.of(
        of("product", Product::new, new Shape(1, 128, 192), new Shape(384, 192), new Shape(384)),
        of("split", () -> new Split(48, 16, 16), new Shape(1, 128, 80)),
        of("sum", Sum::new, new Shape(1, 128, 384), new Shape(1, 128, 384)));
  }
}
