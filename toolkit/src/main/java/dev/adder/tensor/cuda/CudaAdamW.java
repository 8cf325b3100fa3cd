package dev.adder.tensor.cuda;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * The step of AdamW over all trained tensors at once, by the kernels of {@code adamw.cu}: three
 * launches, whatever the number of tensors. Moments lie on the GPU.
 */
public final class CudaAdamW implements AutoCloseable {

  private static final KernelSet KERNELS =
      new KernelSet("adamw.cu", List.of("squared_norm_parts", "squared_norm_total", "adamw"));

  /** Elements of one block; ADAM_CHUNK in the kernel text. */
  private static final int CHUNK = 8 * CudaDevice.THREADS;

  /** Longs of AdamTensor in the kernel text. */
  private static final int FIELDS = 6;

  /**
   * What changes from step to step.
   *
   * @param rate lr / (1 − β₁ᵗ)
   * @param decay 1 − lr·λ
   * @param correction √(1 − β₂ᵗ)
   * @param clipNorm largest global 2-norm of the gradients
   */
  public record Step(double rate, double decay, double correction, double clipNorm) {}

  /**
   * What does not.
   *
   * @param beta1 share of the first moment that stays
   * @param beta2 share of the second moment that stays
   * @param epsilon added outside of the root
   */
  public record Constants(double beta1, double beta2, double epsilon) {}

  private final CudaDevice device;
  private final Constants constants;
  private final NDManager manager;
  private final NDList first = new NDList();
  private final NDList second = new NDList();
  private final NDArray tensorOfChunk;
  private final NDArray chunkOfTensor;
  private final NDArray parts;
  private final NDArray total;

  /**
   * @param parameters float32, on this device; moments of their shapes start at zero
   */
  public CudaAdamW(CudaDevice device, NDList parameters, Constants constants) {
    this.device = device;
    this.constants = constants;
    manager = parameters.get(0).getManager().newSubManager(parameters.get(0).getDevice());
    List<Integer> tensors = new ArrayList<>();
    List<Integer> chunks = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      NDArray parameter = parameters.get(i);
      first.add(manager.zeros(parameter.getShape(), DataType.FLOAT32));
      second.add(manager.zeros(parameter.getShape(), DataType.FLOAT32));
      for (int chunk = 0; chunk < CudaDevice.blocks(parameter.size(), CHUNK); chunk++) {
        tensors.add(i);
        chunks.add(chunk);
      }
    }
    tensorOfChunk = numbers(tensors);
    chunkOfTensor = numbers(chunks);
    parts = manager.create(new Shape(tensors.size()), DataType.FLOAT64);
    total = manager.create(new Shape(1), DataType.FLOAT64);
  }

  private NDArray numbers(List<Integer> numbers) {
    return manager.create(numbers.stream().mapToInt(Integer::intValue).toArray());
  }

  /** First moments, in the order of the parameters; to be saved, or overwritten by saved ones. */
  public NDList first() {
    return first;
  }

  /** Second moments, likewise. */
  public NDList second() {
    return second;
  }

  /**
   * Moves all parameters by their gradients; none if the norm is not finite.
   *
   * @param gradients float32 or bf16, one per parameter
   * @return the global 2-norm of the gradients before clipping
   */
  public double step(NDList parameters, NDList gradients, Step step) {
    try (NDArray table = manager.create(table(parameters, gradients))) {
      long chunks = tensorOfChunk.size();
      Arguments arguments =
          new Arguments()
              .tensor(table)
              .tensor(tensorOfChunk)
              .tensor(chunkOfTensor)
              .tensor(parts)
              .tensor(total)
              .number(chunks)
              .real(step.rate())
              .real(step.decay())
              .real(step.correction())
              .real(step.clipNorm())
              .real(constants.beta1())
              .real(constants.beta2())
              .real(1 - constants.beta1())
              .real(1 - constants.beta2())
              .real(constants.epsilon());
      device.launch(KERNELS, "squared_norm_parts", chunks, 1, 1, arguments);
      device.launch(KERNELS, "squared_norm_total", 1, 1, 1, arguments);
      device.launch(KERNELS, "adamw", chunks, 1, 1, arguments);
      // Reading the sum waits for the kernels, so that the table may go.
      return Math.sqrt(total.toDoubleArray()[0]);
    }
  }

  private long[] table(NDList parameters, NDList gradients) {
    long[] table = new long[parameters.size() * FIELDS];
    for (int i = 0; i < parameters.size(); i++) {
      int at = i * FIELDS;
      table[at] = NativeTensor.address(parameters.get(i));
      table[at + 1] = NativeTensor.address(first.get(i));
      table[at + 2] = NativeTensor.address(second.get(i));
      table[at + 3] = NativeTensor.address(gradients.get(i));
      table[at + 4] = parameters.get(i).size();
      table[at + 5] = CudaDevice.type(gradients.get(i)).equals("bf16") ? 1 : 0;
    }
    return table;
  }

  /** The kernels; the same for all tensors. */
  public static KernelSet kernels() {
    return KERNELS;
  }

  /** Lets go of the moments. */
  @Override
  public void close() {
    manager.close();
  }
}
