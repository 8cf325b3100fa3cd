package dev.adder.tensor.cuda;

import ai.djl.ndarray.NDArray;
import dev.adder.tensor.KeyedRandom;
import java.util.List;

/**
 * Sets a share of numbers to 0 and scales the others by 1/(1 − rate) on a GPU, by the kernel of
 * {@code dropout.cu}; the same numbers as on the CPU.
 */
public final class CudaDropout {

  private final CudaDevice device;
  private final float rate;
  private final KeyedRandom random;

  /**
   * @param rate in [0, 1)
   * @param random which numbers are dropped
   */
  public CudaDropout(CudaDevice device, float rate, KeyedRandom random) {
    this.device = device;
    this.rate = rate;
    this.random = random;
  }

  /** x with some numbers dropped. */
  public NDArray apply(NDArray x) {
    NDArray dropped = NativeTensor.emptyLike(x, x.getShape());
    launch(x, dropped, false);
    return dropped;
  }

  /** to ← to + what the gradient of {@link #apply}'s output means for its input. */
  public void addBack(NDArray gradient, NDArray to) {
    launch(gradient, to, true);
  }

  private void launch(NDArray from, NDArray to, boolean add) {
    String type = CudaDevice.type(from);
    device.launch(
        kernels(type),
        "drop<%s>".formatted(type),
        CudaDevice.blocks(from.size(), CudaDevice.THREADS),
        1,
        1,
        new Arguments()
            .tensor(from)
            .tensor(to)
            .whole(from.size())
            .whole(random.key())
            .real(rate)
            .real(1 / (1 - rate))
            .number(add ? 1 : 0));
  }

  /** The kernel of one type. */
  public static KernelSet kernels(String type) {
    return new KernelSet("dropout.cu", List.of("drop<%s>".formatted(type)));
  }
}
