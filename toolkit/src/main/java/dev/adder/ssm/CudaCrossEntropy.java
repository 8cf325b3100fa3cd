package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.DeviceOperator;
import dev.adder.tensor.cuda.Arguments;
import dev.adder.tensor.cuda.CudaDevice;
import dev.adder.tensor.cuda.CudaProduct;
import dev.adder.tensor.cuda.KernelSet;
import dev.adder.tensor.cuda.NativeTensor;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@link CrossEntropy} on a GPU, by the kernels of {@code cross_entropy.cu}. Inputs x (m, d), W
 * (classes, d), each float32 or bf16; output the mean loss (1), float32.
 *
 * <p>The engine multiplies; the gradient of the logits overwrites them. At 50,280 classes they are
 * the largest tensor of a step.
 */
final class CudaCrossEntropy implements DeviceOperator {

  /** Blocks of one row on the way back. */
  private static final int PARTS = 4;

  private final CudaDevice device;
  private final int[] targets;
  private @Nullable NDArray logits;
  private @Nullable NDArray classOfRow;
  private @Nullable NDArray losses;
  private @Nullable NDArray logs;

  /**
   * @param targets one class per row; a negative one leaves its row out
   */
  CudaCrossEntropy(CudaDevice device, int[] targets) {
    this.device = device;
    this.targets = targets;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    requireClasses(inputs.get(1).getShape().get(0));
    logits = CudaProduct.product(inputs.get(0), inputs.get(1));
    classOfRow =
        logits
            .getManager()
            .create(targets, new Shape(targets.length))
            .toDevice(logits.getDevice(), false);
    losses = CudaDevice.floats(logits, targets.length);
    logs = CudaDevice.floats(logits, targets.length);
    launch(logits, "cross_entropy_forward", 1, null);
    NDArray loss = losses.sum().div(counted()).reshape(1);
    if (!differentiate) {
      CudaDevice.release(logits, classOfRow, losses, logs);
    }
    return new NDList(loss);
  }

  @Override
  public NDList gradients(NDList inputs, NDList outputGradients, boolean[] needed) {
    NDArray gradient = Objects.requireNonNull(logits);
    NDArray scale = NativeTensor.toFloat(outputGradients.get(0));
    launch(gradient, "cross_entropy_backward", PARTS, scale);
    NDList gradients =
        new NDList(
            needed[0] ? CudaProduct.ofX(gradient, inputs.get(1)) : null,
            needed[1] ? CudaProduct.ofW(gradient, inputs.get(0), inputs.get(1)) : null);
    CudaDevice.release(gradient, classOfRow, losses, logs);
    return gradients;
  }

  private void launch(NDArray logits, String kernel, int parts, @Nullable NDArray scale) {
    String type = CudaDevice.type(logits);
    Arguments arguments =
        new Arguments()
            .tensor(logits)
            .tensor(Objects.requireNonNull(classOfRow))
            .tensor(Objects.requireNonNull(losses))
            .tensor(Objects.requireNonNull(logs))
            .tensor(scale)
            .number(targets.length)
            .number(logits.getShape().get(1))
            .real(1.0 / counted());
    device.launch(
        kernels(type), "%s<%s>".formatted(kernel, type), targets.length, parts, 1, arguments);
  }

  private long counted() {
    long counted = java.util.Arrays.stream(targets).filter(target -> target >= 0).count();
    if (counted == 0) {
      throw new IllegalArgumentException(
          "There are no label tokens to take a loss over; give at least one.");
    }
    return counted;
  }

  /** An index outside would read memory of others. */
  private void requireClasses(long classes) {
    for (int target : targets) {
      if (target >= classes) {
        throw new IllegalArgumentException(
            "A label is %d, but there are %d classes. Use the model's own tokenizer."
                .formatted(target, classes));
      }
    }
  }

  /** The kernels of one type. */
  static KernelSet kernels(String type) {
    return new KernelSet(
        "cross_entropy.cu",
        List.of(
            "cross_entropy_forward<%s>".formatted(type),
            "cross_entropy_backward<%s>".formatted(type)));
  }
}
