package dev.adder.model;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/**
 * What a block knows of the tokens before.
 *
 * @param window last inputs of the convolution (b, d_conv − 1, d_inner); null if all are zero
 * @param hidden SSM state (b, d_inner, d_state); null if it is zero
 */
record Past(@Nullable NDArray window, @Nullable NDArray hidden) {

  /** Nothing before. */
  static final Past EMPTY = new Past(null, null);

  boolean isEmpty() {
    return window == null && hidden == null;
  }
}
