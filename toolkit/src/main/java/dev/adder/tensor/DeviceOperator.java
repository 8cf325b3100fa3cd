package dev.adder.tensor;

import ai.djl.ndarray.NDList;

/**
 * How one application of a {@link FusedOperator} is carried out on a GPU. Inputs, outputs and
 * gradients are those of the operator.
 */
public interface DeviceOperator {

  /** As {@link FusedOperator#forward}. */
  NDList forward(NDList inputs, boolean differentiate);

  /** As {@link FusedOperator#backward}. */
  NDList backward(NDList inputs, NDList outputGradients, boolean[] needed);
}
