/**
 * Kernels of ours on the engine's GPU memory: the driver, the compiler of kernel texts, and the
 * launch. A machine without CUDA loads nothing of it.
 */
@NullMarked
package dev.adder.tensor.cuda;

import org.jspecify.annotations.NullMarked;
