package dev.adder.tensor;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether this JVM has vectors, and how wide they are. Loads none of the classes that use them. */
public final class VectorSupport {

  private static final Logger LOG = LoggerFactory.getLogger(VectorSupport.class);
  private static final String MODULE = "jdk.incubator.vector";

  /**
   * Numbers in a vector of AVX2, which every x86-64 server and laptop of the last ten years has.
   */
  private static final int USUAL_LANES = 8;

  private static boolean said;

  private VectorSupport() {}

  /**
   * Refuses a JVM without vectors; says once if they are narrow.
   *
   * @throws IllegalStateException if Java was started without the module
   */
  public static void require() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      throw new IllegalStateException(
          "Java was started without its vectors. Add \"--add-modules %s\" to the java command."
              .formatted(MODULE));
    }
    sayOnce();
  }

  private static synchronized void sayOnce() {
    if (!said) {
      said = true;
      advice().ifPresent(LOG::warn);
    }
  }

  /** Numbers that kernels work on at a time. */
  public static int lanes() {
    return RawTensor.LANES;
  }

  /** What to know where vectors are narrow; empty where they are as wide as usual. */
  public static Optional<String> advice() {
    return lanes() >= USUAL_LANES
        ? Optional.empty()
        : Optional.of(
            "Vectors hold %d numbers here (no AVX2): results are right, kernels are slower."
                .formatted(lanes()));
  }
}
