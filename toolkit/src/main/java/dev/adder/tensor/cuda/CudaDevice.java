package dev.adder.tensor.cuda;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A GPU on which our kernels run, on tensors of the engine. */
public final class CudaDevice {

  /** Threads of every block; the constant of the same name in the kernel texts. */
  public static final int THREADS = 256;

  private final Launcher launcher;

  CudaDevice(Launcher launcher) {
    this.launcher = launcher;
  }

  /** How many multiprocessors there are to fill. */
  public int multiprocessors() {
    return launcher.multiprocessors();
  }

  /**
   * Launches a kernel behind all that the engine was told before, and returns at once.
   *
   * @param kernel one of the set's, as it is named there
   * @param x blocks along x; nothing is launched for none
   */
  public void launch(
      KernelSet kernels, String kernel, long x, long y, long z, Arguments arguments) {
    if (x == 0 || y == 0 || z == 0) {
      return;
    }
    launcher.launch(
        kernels,
        kernel,
        Math.toIntExact(x),
        Math.toIntExact(y),
        Math.toIntExact(z),
        arguments.structure());
  }

  /** Waits until all that was launched is done. */
  public void synchronize() {
    launcher.synchronize();
  }

  /**
   * Sums parts in order: the second stage of the kernels' sums.
   *
   * @param parts float32, of count times the size of the result
   * @param like the result has this shape and, float32 or bf16, this type
   */
  public NDArray sum(NDArray parts, long count, NDArray like) {
    NDArray out = NativeTensor.emptyLike(like, like.getShape());
    String kernel = "sum_parts<%s>".formatted(type(like));
    launch(
        new KernelSet("sum.cu", List.of(kernel)),
        kernel,
        blocks(out.size(), THREADS),
        1,
        1,
        new Arguments().tensor(parts).tensor(out).whole(out.size()).number(count));
    return out;
  }

  /** A new float32 tensor beside another one, its content undefined. */
  public static NDArray floats(NDArray beside, long... shape) {
    return NativeTensor.emptyFloat(beside, new Shape(shape));
  }

  /**
   * Gives tensors back to the engine. It hands their memory out again on the same stream only, so
   * kernels that were launched with them need not be done.
   */
  public static void release(@Nullable NDArray... tensors) {
    for (NDArray tensor : tensors) {
      if (tensor != null) {
        tensor.close();
      }
    }
  }

  /** A gradient, or zeros of this tensor's type and shape where nobody used the output. */
  public static NDArray orZero(@Nullable NDArray gradient, NDArray like) {
    return gradient == null ? NativeTensor.filledLike(like, 0) : gradient;
  }

  /** The name of a tensor's type in the kernel texts. */
  public static String type(NDArray tensor) {
    if (NativeTensor.isBf16(tensor)) {
      return "bf16";
    }
    if (tensor.getDataType() == DataType.FLOAT32) {
      return "float";
    }
    throw new IllegalArgumentException(
        "A tensor is of type %s; kernels take float32 and bf16. Convert it first."
            .formatted(tensor.getDataType()));
  }

  /** How many blocks of a size cover something. */
  public static long blocks(long size, long of) {
    return (size + of - 1) / of;
  }
}
