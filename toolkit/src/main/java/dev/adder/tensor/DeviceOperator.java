package dev.adder.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

/**
 * An operator by kernels on a GPU, in place of one with the same inputs and outputs. Its kernels
 * compute gradients together, so they come as one list.
 */
public interface DeviceOperator extends FusedOperator {

  /**
   * The gradients of all inputs.
   *
   * @param outputGradients one per output; null where nobody used the output
   * @param needed which are wanted
   * @return one tensor per input; null at most where none is wanted
   */
  NDList gradients(NDList inputs, NDList outputGradients, boolean[] needed);

  @Override
  default void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    boolean[] needed = new boolean[inputs.size()];
    for (int i = 0; i < needed.length; i++) {
      needed[i] = gradients.needs(i);
    }
    NDList computed = gradients(inputs, outputGradients, needed);
    for (int i = 0; i < needed.length; i++) {
      NDArray gradient = computed.get(i);
      if (needed[i]) {
        gradients.add(i, gradient);
      } else if (gradient != null && !isNeeded(gradient, computed, needed)) {
        gradient.close();
      }
    }
  }

  /** Two inputs may have one gradient between them. */
  private static boolean isNeeded(NDArray gradient, NDList computed, boolean[] needed) {
    for (int i = 0; i < needed.length; i++) {
      if (needed[i] && computed.get(i) == gradient) {
        return true;
      }
    }
    return false;
  }

  @Override
  default NDList reference(NDList inputs) {
    throw new UnsupportedOperationException(
        "Kernels of a GPU have no reference of their own. Ask the operator they stand for.");
  }
}
