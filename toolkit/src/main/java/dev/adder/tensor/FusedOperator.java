package dev.adder.tensor;

import ai.djl.ndarray.NDList;
import java.util.Optional;

/**
 * An operator whose forward and backward pass are ours instead of the engine's.
 *
 * <p>One object is one application: {@code forward} may keep in fields what {@code backward} needs,
 * and {@code backward} closes it. {@link Tape#apply} calls both outside of the engine's graph, so
 * nothing inside them is differentiated by the engine.
 */
public interface FusedOperator {

  /**
   * Whether {@link #forward} is written for these inputs. If not, the tape asks for {@link #onGpu},
   * and where there is none it carries out the reference, which works on every device and type.
   */
  default boolean accepts(NDList inputs) {
    return RawTensor.isFloat(inputs.get(0));
  }

  /**
   * The same operator by kernels on a GPU, if its inputs lie on one and there are kernels for it.
   */
  default Optional<FusedOperator> onGpu(NDList inputs) {
    return Optional.empty();
  }

  /**
   * Computes the outputs.
   *
   * @param inputs contiguous tensors of one floating type
   * @param differentiate whether {@code backward} will follow; if not, nothing needs to be kept
   * @return fresh tensors, attached to the manager of the first input
   */
  NDList forward(NDList inputs, boolean differentiate);

  /**
   * Computes the gradients of the inputs that need one.
   *
   * @param inputs as given to {@code forward}
   * @param outputGradients one per output, contiguous; null where nobody used the output
   * @param gradients where the gradients of the inputs go
   */
  void backward(NDList inputs, NDList outputGradients, GradientSink gradients);

  /** The same outputs in plain operators that the engine can differentiate. */
  NDList reference(NDList inputs);
}
