package dev.adder.tensor;

import ai.djl.ndarray.NDArray;

/** Where an operator's way back puts the gradients of its inputs. */
public interface GradientSink {

  /** Whether the gradient of this input is wanted. */
  boolean needs(int input);

  /**
   * Adds a gradient of the input's shape. The operator gives the tensor away; it may give the same
   * one to several inputs.
   */
  void add(int input, NDArray gradient);

  /** {@link #add}s a gradient if it is wanted, and frees it if not. */
  default void offer(int input, NDArray gradient) {
    if (needs(input)) {
      add(input, gradient);
    } else {
      gradient.close();
    }
  }

  /**
   * The memory to which the operator itself adds the input's gradient, at most once: for products
   * that can add to what stands there.
   */
  Target target(int input);

  /**
   * Memory for a gradient.
   *
   * @param tensor contiguous, of the input's shape
   * @param filled whether it holds a gradient to be added to; if not, what stands there does not
   *     matter and must be overwritten
   */
  record Target(NDArray tensor, boolean filled) {

    /** What a product multiplies the present content by. */
    public double beta() {
      return filled ? 1 : 0;
    }

    /** The memory, set to 0 unless it holds a gradient. */
    public RawTensor zeroed() {
      RawTensor memory = RawTensor.of(tensor);
      if (!filled) {
        if (memory.isDouble()) {
          memory.doubles().put(new double[memory.size()]);
        } else {
          memory.clear(0, memory.size());
        }
      }
      return memory;
    }
  }
}
