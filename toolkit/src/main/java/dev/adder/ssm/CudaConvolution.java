package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.DeviceOperator;
import dev.adder.tensor.cuda.Arguments;
import dev.adder.tensor.cuda.CudaDevice;
import dev.adder.tensor.cuda.KernelSet;
import dev.adder.tensor.cuda.NativeTensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link CausalConvolution} on a GPU, by the kernels of {@code convolution.cu}. Inputs and outputs
 * are those of the operator; x and window are float32 or bf16, weight and bias become float32.
 */
final class CudaConvolution implements DeviceOperator {

  /** Steps of one thread; CONVOLUTION_RUN in the kernel text. */
  private static final int RUN = 16;

  private static final int WIDEST = 8;

  private final CudaDevice device;

  CudaConvolution(CudaDevice device) {
    this.device = device;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray x = inputs.get(0);
    Shape shape = x.getShape();
    long width = width(inputs);
    NDArray y = NativeTensor.emptyLike(x, shape);
    NDArray last = NativeTensor.emptyLike(x, new Shape(shape.get(0), width - 1, shape.get(2)));
    Arguments arguments = inputs(inputs).tensor(y).tensor(last).none(6);
    launch(inputs, "convolution_forward", CudaDevice.blocks(shape.get(1), RUN), arguments);
    return new NDList(y, last);
  }

  @Override
  public NDList gradients(NDList inputs, NDList outputGradients, boolean[] needed) {
    NDArray x = inputs.get(0);
    Shape shape = x.getShape();
    long channels = shape.get(2);
    long width = width(inputs);
    long runs = CudaDevice.blocks(shape.get(1) + width - 1, RUN);
    boolean behindWindow = inputs.size() > 3;
    NDArray xGradient = NativeTensor.emptyLike(x, shape);
    NDArray windowGradient =
        behindWindow ? NativeTensor.emptyLike(x, inputs.get(3).getShape()) : null;
    NDArray weightParts = CudaDevice.floats(x, shape.get(0), runs, channels, width);
    NDArray biasParts = CudaDevice.floats(x, shape.get(0), runs, channels);
    Arguments arguments =
        inputs(inputs)
            .tensor(null) // y and the window behind it are not read again
            .tensor(null)
            .tensor(CudaDevice.orZero(outputGradients.get(0), x))
            .tensor(gradientOfWindow(outputGradients))
            .tensor(xGradient)
            .tensor(windowGradient)
            .tensor(weightParts)
            .tensor(biasParts);
    launch(inputs, "convolution_backward", runs, arguments);
    long parts = shape.get(0) * runs;
    NDList gradients =
        new NDList(
            xGradient,
            needed[1] ? device.sum(weightParts, parts, inputs.get(1)) : null,
            needed[2] ? device.sum(biasParts, parts, inputs.get(2)) : null);
    if (behindWindow) {
      gradients.add(windowGradient);
    }
    CudaDevice.release(weightParts, biasParts);
    return gradients;
  }

  private static @Nullable NDArray gradientOfWindow(NDList outputGradients) {
    NDArray gradient = outputGradients.get(1);
    return gradient == null || gradient.size() == 0 ? null : gradient;
  }

  private static long width(NDList inputs) {
    long width = inputs.get(1).getShape().get(2);
    if (width < 1 || width > WIDEST) {
      throw new IllegalArgumentException(
          "The convolution is %d steps wide; the GPU kernels take 1 to %d."
              .formatted(width, WIDEST));
    }
    return width;
  }

  private static Arguments inputs(NDList inputs) {
    NDArray window = inputs.size() > 3 && inputs.get(3).size() > 0 ? inputs.get(3) : null;
    return new Arguments()
        .tensor(inputs.get(0))
        .tensor(NativeTensor.toFloat(inputs.get(1)))
        .tensor(NativeTensor.toFloat(inputs.get(2)))
        .tensor(window);
  }

  private void launch(NDList inputs, String kernel, long runs, Arguments arguments) {
    Shape shape = inputs.get(0).getShape();
    String type = CudaDevice.type(inputs.get(0));
    long width = width(inputs);
    device.launch(
        kernels(type, width),
        name(kernel, type, width),
        CudaDevice.blocks(shape.get(2), CudaDevice.THREADS),
        runs,
        shape.get(0),
        arguments.number(shape.get(1)).number(shape.get(2)));
  }

  private static String name(String kernel, String type, long width) {
    return "%s<%s, %d>".formatted(kernel, type, width);
  }

  /** The kernels of one type and width. */
  static KernelSet kernels(String type, long width) {
    return new KernelSet(
        "convolution.cu",
        List.of(
            name("convolution_forward", type, width), name("convolution_backward", type, width)));
  }
}
