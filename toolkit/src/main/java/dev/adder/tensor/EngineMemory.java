package dev.adder.tensor;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the C library keep freed memory instead of handing it back to the system: a training step
 * frees and asks for the same tensors again and again, and a page that comes from the system anew
 * is first cleared and then faulted in. Measured: half of the scan's backward pass.
 */
final class EngineMemory {

  private static final Logger LOG = LoggerFactory.getLogger(EngineMemory.class);

  // Names of glibc's malloc.h.
  private static final int M_TRIM_THRESHOLD = -1;
  private static final int M_TOP_PAD = -2;
  private static final int M_MMAP_THRESHOLD = -3;

  private static final int MEBIBYTE = 1 << 20;

  /** Larger pieces, such as weights, go back to the system when they are freed. */
  private static final int LARGEST_KEPT = 256 * MEBIBYTE;

  private EngineMemory() {}

  static void keep() {
    if (!Platform.isLinux()) {
      return;
    }
    try {
      Native.register(Malloc.class, "c");
      set(M_MMAP_THRESHOLD, "MALLOC_MMAP_THRESHOLD_", LARGEST_KEPT);
      set(M_TRIM_THRESHOLD, "MALLOC_TRIM_THRESHOLD_", 2 * LARGEST_KEPT);
      set(M_TOP_PAD, "MALLOC_TOP_PAD_", 16 * MEBIBYTE);
    } catch (UnsatisfiedLinkError otherLibrary) {
      LOG.info("This C library has no mallopt: steps may spend more time on memory.");
    }
  }

  /** What the user has set in the environment stays. */
  private static void set(int parameter, String variable, int value) {
    if (System.getenv(variable) == null) {
      Malloc.mallopt(parameter, value);
    }
  }

  private static final class Malloc {
    static native int mallopt(int parameter, int value);
  }
}
