package dev.adder.benchmarks.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One of the two that take turns: an implementation and the process it runs in.
 *
 * @param name such as adder or mambapy
 * @param tuned whether its memory allocator is tuned by environment variables
 * @param command its worker, without the task
 * @param environment variables it gets, beside the inherited ones
 */
public record Side(
    String name, boolean tuned, List<String> command, Map<String, String> environment) {

  static final String PRODUCTS = "products alone";
  static final String SAME_SIZE = "Adder with LoRA of the same size";
  static final String LLAMA = "llama.cpp";

  private static final Map<String, String> ADDER_ENVIRONMENT =
      Map.of(
          "DJL_OFFLINE", "true",
          "OPT_OUT_TRACKING", "true",
          "OMP_WAIT_POLICY", "PASSIVE",
          "MALLOC_ARENA_MAX", "2");

  private static final Map<String, String> TUNED =
      Map.of(
          "MALLOC_MMAP_MAX_", "0",
          "MALLOC_TRIM_THRESHOLD_", "100000000000",
          "MALLOC_ARENA_MAX", "1");

  /** Variables that must not reach a peer by inheritance. */
  static final List<String> NOT_INHERITED =
      List.of("OMP_WAIT_POLICY", "MALLOC_ARENA_MAX", "OMP_NUM_THREADS", "MKL_NUM_THREADS");

  /**
   * Adder, with the flags of its launcher.
   *
   * @param heap largest Java heap, such as 4g
   */
  static Side adder(String name, String heap) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx" + heap,
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.adder.benchmarks.work.Worker"));
    return new Side(name, false, command, ADDER_ENVIRONMENT);
  }

  private static Side python(String name, boolean tuned, PeerEnvironment peers) {
    return new Side(name, tuned, peers.command(), tuned ? TUNED : Map.of());
  }

  /** What Adder takes turns with in a case, the fastest first, each as installed and then tuned. */
  static List<Side> peers(Case measured, PeerEnvironment peers, Side adder) {
    List<Side> sides = new ArrayList<>();
    switch (measured.kind()) {
      case TRAIN -> {
        sides.add(python(PRODUCTS, true, peers));
        if (measured.variant().equals("sdlora")) {
          sides.add(new Side(SAME_SIZE, false, adder.command(), adder.environment()));
        } else {
          both(sides, peers, "mambapy", "transformers + mambapy", "transformers");
        }
      }
      case PREFILL, DECODE -> {
        sides.add(python(PRODUCTS, true, peers));
        if (peers.hasLlama()) {
          sides.add(python(LLAMA, false, peers));
        }
        if (measured.kind() == Case.Kind.PREFILL) {
          both(sides, peers, "transformers + mambapy");
        }
        both(sides, peers, "mambapy", "transformers");
      }
      case SCAN -> {
        both(sides, peers, "mambapy", "transformers + mambapy", "plain loop", "transformers");
      }
      case START -> {
        sides.add(python("mambapy", false, peers));
        sides.add(python("transformers + mambapy", false, peers));
      }
      case LIMITS -> throw new IllegalArgumentException("Limits have no peers.");
    }
    return sides;
  }

  private static void both(List<Side> sides, PeerEnvironment peers, String... names) {
    for (String name : names) {
      sides.add(python(name, false, peers));
      sides.add(python(name, true, peers));
    }
  }

  static Side limits(PeerEnvironment peers) {
    return python("limits", true, peers);
  }

  /** How it is called in a line of progress. */
  String label() {
    return tuned && !name.equals(PRODUCTS)
        ? String.format(Locale.ROOT, "%s, tuned malloc", name)
        : name;
  }
}
