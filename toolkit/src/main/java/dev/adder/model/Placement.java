package dev.adder.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.adder.model.WeightSpec.Kind;
import dev.adder.tensor.cuda.Cuda;
import dev.adder.tensor.cuda.NativeTensor;

/**
 * Where the tensors of a model lie, and in which type: {@code Placement.gpu().bf16()}.
 *
 * @param device the CPU or a GPU
 * @param precision of the model's matrices and of what passes through
 */
public record Placement(Device device, Precision precision) {

  /** Types of matrices and activations. */
  public enum Precision {
    FLOAT32,
    /**
     * Frozen projections and embeddings, and activations, in bf16. A_log, D, biases, norms, the
     * convolution, the residual stream, SSM states, all that is trained and the optimizer stay
     * float32.
     */
    BF16
  }

  /** The CPU, in float32. */
  public static Placement cpu() {
    return new Placement(Device.cpu(), Precision.FLOAT32);
  }

  /** The first GPU, in float32. */
  public static Placement gpu() {
    return gpu(0);
  }

  /**
   * A GPU, in float32.
   *
   * @param number of the GPU, from 0
   */
  public static Placement gpu(int number) {
    return new Placement(Device.gpu(number), Precision.FLOAT32);
  }

  /** The same in bf16. */
  public Placement bf16() {
    return new Placement(device, Precision.BF16);
  }

  /**
   * Refuses what this machine cannot do.
   *
   * @throws IllegalArgumentException if bf16 is asked for on the CPU
   * @throws IllegalStateException if the GPU is not there or cannot be used; the message says why
   */
  public void requireUsable() {
    if (device.isGpu()) {
      Cuda.require(device.getDeviceId());
    } else if (precision == Precision.BF16) {
      throw new IllegalArgumentException(
          "bf16 is asked for on the CPU, whose kernels take float32. Use Placement.gpu().bf16() on a machine with a GPU, or leave bf16() out.");
    }
  }

  /** A float32 tensor of a weight in the type it has here; the one given is closed if not kept. */
  NDArray typed(WeightSpec spec, NDArray tensor) {
    boolean matrix = spec.kind() == Kind.PROJECTION || spec.kind() == Kind.EMBEDDING;
    if (precision == Precision.FLOAT32 || !matrix) {
      return tensor;
    }
    try (tensor) {
      return NativeTensor.toBf16(tensor);
    }
  }

  @Override
  public String toString() {
    return (precision == Precision.BF16 ? "bf16" : "float32") + " on " + device;
  }
}
