package dev.adder.model;

import dev.adder.model.WeightSpec.Kind;
import java.util.ArrayList;
import java.util.List;

/** The weights of a deep S4 model by name, shape and meaning, without allocating any of them. */
public final class S4Weights {

  private S4Weights() {}

  /**
   * Every weight in the model's order.
   *
   * <p>A continuous system has {@code log_dt} (d), {@code log_A_real} (d, n), if complex {@code
   * A_imag} (d, n), {@code C} and {@code D}; its B is 1, as in the released code. A discrete one
   * has {@code A}, {@code B}, {@code C} and {@code D}. C, and discrete A and B, are (d, n), or (d,
   * n, 2) if complex.
   */
  public static List<WeightSpec> of(S4Config config) {
    long d = config.dModel();
    List<WeightSpec> weights = new ArrayList<>();
    config
        .ends()
        .ifPresent(
            ends -> {
              weights.add(spec("encoder.weight", "encoder", -1, Kind.PROJECTION, d, ends.inputs()));
              weights.add(spec("encoder.bias", "encoder.bias", -1, Kind.VECTOR, d));
            });
    for (int layer = 0; layer < config.layers(); layer++) {
      String name = "layers." + layer + ".";
      weights.addAll(system(config, layer, name + "s4."));
      weights.add(spec(name + "linear.weight", "linear", layer, Kind.PROJECTION, d, d));
      weights.add(spec(name + "linear.bias", "linear.bias", layer, Kind.VECTOR, d));
    }
    config
        .ends()
        .ifPresent(
            ends -> {
              long classes = ends.classes();
              weights.add(spec("decoder.weight", "decoder", -1, Kind.PROJECTION, classes, d));
              weights.add(spec("decoder.bias", "decoder.bias", -1, Kind.VECTOR, classes));
            });
    return List.copyOf(weights);
  }

  /** The weights of one layer's state space system. */
  private static List<WeightSpec> system(S4Config config, int layer, String name) {
    long d = config.dModel();
    long n = config.dState();
    long[] numbers = config.complex() ? new long[] {d, n, 2} : new long[] {d, n};
    List<WeightSpec> weights = new ArrayList<>();
    if (config.discretization().isPresent()) {
      weights.add(spec(name + "log_dt", "log_dt", layer, Kind.VECTOR, d));
      weights.add(spec(name + "log_A_real", "log_A_real", layer, Kind.STATE_MATRIX, d, n));
      if (config.complex()) {
        weights.add(spec(name + "A_imag", "A_imag", layer, Kind.STATE, d, n));
      }
    } else {
      weights.add(spec(name + "A", "A", layer, Kind.STATE, numbers));
      weights.add(spec(name + "B", "B", layer, Kind.STATE, numbers));
    }
    weights.add(spec(name + "C", "C", layer, Kind.STATE, numbers));
    weights.add(spec(name + "D", "D", layer, Kind.VECTOR, d));
    return weights;
  }

  /** Number of elements of all weights; a complex number counts twice. */
  public static long size(S4Config config) {
    return of(config).stream().mapToLong(WeightSpec::size).sum();
  }

  private static WeightSpec spec(String name, String target, int layer, Kind kind, long... shape) {
    return new WeightSpec(
        name, target, layer, kind, java.util.Arrays.stream(shape).boxed().toList(), List.of());
  }
}
