package dev.adder.tensor;

import ai.djl.ndarray.NDList;

/**
 * An operator whose forward and backward pass are ours instead of the engine's.
 *
 * <p>One object is one application: {@code forward} may keep in fields what {@code backward} needs.
 * {@link Tape#apply} calls {@code forward} outside of the engine's graph, so nothing inside it is
 * differentiated by the engine.
 */
public interface FusedOperator {

  /**
   * Computes the outputs.
   *
   * @param inputs contiguous tensors of one floating type
   * @param differentiate whether {@code backward} will follow; if not, nothing needs to be kept
   * @return fresh tensors, attached to the manager of the first input
   */
  NDList forward(NDList inputs, boolean differentiate);

  /**
   * Computes the gradients of the inputs.
   *
   * @param inputs as given to {@code forward}
   * @param outputGradients one per output, contiguous; an output nobody used has a zero gradient
   * @param needed which inputs need a gradient
   * @return one tensor per input, of its shape; null where none is needed
   */
  NDList backward(NDList inputs, NDList outputGradients, boolean[] needed);

  /** The same outputs in plain operators that the engine can differentiate. */
  NDList reference(NDList inputs);
}
