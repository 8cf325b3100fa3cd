package dev.adder.tensor;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the C library does with the memory of tensors that are freed.
 *
 * <p>Usually it keeps it: a training step frees and asks for the same tensors again and again, and
 * a page that comes from the system anew is first cleared and then faulted in. Measured: half of
 * the scan's backward pass.
 *
 * <p>Where memory is what counts, large pieces go back at once. What is kept has gaps: before glibc
 * 2.38 an aligned piece asks for some bytes more than it is given, so that the gap a tensor leaves
 * is too small for the next one of its size.
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

  /** The same where memory is what counts. */
  private static final int LARGEST_KEPT_OF_LITTLE = MEBIBYTE;

  private static final boolean TUNABLE = register();

  private EngineMemory() {}

  private static boolean register() {
    if (!Platform.isLinux()) {
      return false;
    }
    try {
      Native.register(Malloc.class, "c");
      return true;
    } catch (UnsatisfiedLinkError otherLibrary) {
      LOG.info("This C library has no mallopt: steps may spend more time on memory.");
      return false;
    }
  }

  /** Has freed memory kept. */
  static void keep() {
    set(M_MMAP_THRESHOLD, "MALLOC_MMAP_THRESHOLD_", LARGEST_KEPT);
    set(M_TRIM_THRESHOLD, "MALLOC_TRIM_THRESHOLD_", 2 * LARGEST_KEPT);
    set(M_TOP_PAD, "MALLOC_TOP_PAD_", 16 * MEBIBYTE);
  }

  /** Has large pieces go back when they are freed, or not. */
  static void spare(boolean sparing) {
    set(
        M_MMAP_THRESHOLD,
        "MALLOC_MMAP_THRESHOLD_",
        sparing ? LARGEST_KEPT_OF_LITTLE : LARGEST_KEPT);
  }

  /** What the user has set in the environment stays. */
  private static void set(int parameter, String variable, int value) {
    if (TUNABLE && System.getenv(variable) == null) {
      Malloc.mallopt(parameter, value);
    }
  }

  private static final class Malloc {
    static native int mallopt(int parameter, int value);
  }
}
