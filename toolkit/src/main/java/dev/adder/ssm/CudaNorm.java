package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.adder.tensor.DeviceOperator;
import dev.adder.tensor.cuda.Arguments;
import dev.adder.tensor.cuda.CudaDevice;
import dev.adder.tensor.cuda.KernelSet;
import dev.adder.tensor.cuda.NativeTensor;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@link RmsNorm} on a GPU, by the kernels of {@code norm.cu}.
 *
 * <p>Inputs (x, w) or (residual, branch, w); outputs (normed) or (normed, sum). The sum has the
 * type of the residual, normed that of the branch: a residual stream may stay float32 beside bf16.
 */
final class CudaNorm implements DeviceOperator {

  /** Rows of one part of the gradient of w. */
  private static final int SLAB = 128;

  private final CudaDevice device;
  private final double epsilon;
  private @Nullable NDArray scales;
  private @Nullable NDArray sum;

  CudaNorm(CudaDevice device, double epsilon) {
    this.device = device;
    this.epsilon = epsilon;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray residual = inputs.get(0);
    NDArray branch = branch(inputs);
    NDArray normed =
        NativeTensor.emptyLike(branch == null ? residual : branch, residual.getShape());
    sum = branch == null ? null : NativeTensor.emptyLike(residual, residual.getShape());
    scales = CudaDevice.floats(residual, rows(inputs));
    Arguments arguments = inputs(inputs).tensor(normed).tensor(sum).tensor(scales).none(5);
    size(arguments, inputs);
    launch(inputs, "norm_forward", rows(inputs), 1, arguments);
    return sum == null ? new NDList(normed) : new NDList(normed, sum);
  }

  @Override
  public NDList gradients(NDList inputs, NDList outputGradients, boolean[] needed) {
    NDArray residual = inputs.get(0);
    NDArray branch = branch(inputs);
    NDArray weight = weight(inputs);
    NDArray gradient = NativeTensor.emptyLike(residual, residual.getShape());
    boolean otherType =
        branch != null && !CudaDevice.type(branch).equals(CudaDevice.type(residual));
    NDArray branchGradient = otherType ? NativeTensor.emptyLike(branch, branch.getShape()) : null;
    long slabs = CudaDevice.blocks(rows(inputs), SLAB);
    boolean weightNeeded = needed[inputs.size() - 1];
    NDArray parts = weightNeeded ? CudaDevice.floats(residual, slabs, weight.size()) : null;
    Arguments arguments =
        inputs(inputs)
            .tensor(null) // normed is not read again
            .tensor(sum)
            .tensor(Objects.requireNonNull(scales))
            .tensor(CudaDevice.orZero(outputGradients.get(0), branch == null ? residual : branch))
            .tensor(outputGradients.size() > 1 ? outputGradients.get(1) : null)
            .tensor(gradient)
            .tensor(branchGradient)
            .tensor(parts);
    size(arguments, inputs);
    launch(inputs, "norm_backward", rows(inputs), 1, arguments);
    NDArray weightGradient = null;
    if (parts != null) {
      long columns = CudaDevice.blocks(weight.size(), CudaDevice.THREADS);
      launch(inputs, "norm_weight_parts", columns, slabs, arguments);
      weightGradient = device.sum(parts, slabs, weight);
    }
    CudaDevice.release(parts);
    return branch == null
        ? new NDList(gradient, weightGradient)
        : new NDList(gradient, otherType ? branchGradient : gradient, weightGradient);
  }

  private static @Nullable NDArray branch(NDList inputs) {
    return inputs.size() > 2 ? inputs.get(1) : null;
  }

  private static NDArray weight(NDList inputs) {
    return inputs.get(inputs.size() - 1);
  }

  private static long rows(NDList inputs) {
    return inputs.get(0).size() / weight(inputs).size();
  }

  private static Arguments inputs(NDList inputs) {
    return new Arguments()
        .tensor(inputs.get(0))
        .tensor(branch(inputs))
        .tensor(NativeTensor.toFloat(weight(inputs)));
  }

  private void size(Arguments arguments, NDList inputs) {
    arguments.number(rows(inputs)).number(weight(inputs).size()).number(SLAB).real(epsilon);
  }

  private void launch(NDList inputs, String kernel, long x, long y, Arguments arguments) {
    NDArray branch = branch(inputs);
    String stream = CudaDevice.type(inputs.get(0));
    String type = branch == null ? stream : CudaDevice.type(branch);
    device.launch(kernels(type, stream), name(kernel, type, stream), x, y, 1, arguments);
  }

  private static String name(String kernel, String type, String stream) {
    return "%s<%s, %s>".formatted(kernel, type, stream);
  }

  /**
   * The kernels of two types.
   *
   * @param type of branch and normed
   * @param stream type of the residual stream
   */
  static KernelSet kernels(String type, String stream) {
    return new KernelSet(
        "norm.cu",
        List.of(
            name("norm_forward", type, stream),
            name("norm_backward", type, stream),
            name("norm_weight_parts", type, stream)));
  }
}
