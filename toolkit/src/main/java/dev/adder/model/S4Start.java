package dev.adder.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.RawTensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Initial values of a deep S4 model as in the released code: log Δ uniform in log 0.001 … log 0.1,
 * C complex standard normal, D standard normal, linear layers uniform in ±1/√in. Only A differs.
 */
public enum S4Start {
  /** Re A uniform in −1 … 0, Im A = π·k with k uniform in 0 … n − 1: the synthetic experiment. */
  RANDOM {
    @Override
    double logReal(KeyedRandom random, int i) {
      return StrictMath.log(1 - random.uniform(i));
    }

    @Override
    double imaginary(KeyedRandom random, int i, int states) {
      return Math.PI * random.below(i, states);
    }
  },
  /** Re A = −1/2, Im A = π·n for state n: images. */
  LINEAR {
    @Override
    double logReal(KeyedRandom random, int i) {
      return StrictMath.log(0.5);
    }

    @Override
    double imaginary(KeyedRandom random, int i, int states) {
      return Math.PI * (i % states);
    }
  };

  private static final double SHORTEST_STEP = 0.001;
  private static final double LONGEST_STEP = 0.1;

  abstract double logReal(KeyedRandom random, int i);

  abstract double imaginary(KeyedRandom random, int i, int states);

  /**
   * A model with these values.
   *
   * @param config of a continuous system
   * @param type float32 or float64
   * @param manager owner of the tensors
   * @param random each weight derives its own by name
   */
  public DeepS4 model(S4Config config, DataType type, NDManager manager, KeyedRandom random) {
    if (config.discretization().isEmpty()) {
      throw new IllegalArgumentException(
          "Initial values are for continuous systems, but A and B of this one are discrete. Leave out discrete(), or give the tensors.");
    }
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    for (WeightSpec spec : S4Weights.of(config)) {
      double[] values = values(spec, config, random.derive(spec.name()));
      long[] shape = spec.shape().stream().mapToLong(Long::longValue).toArray();
      NDArray tensor = RawTensor.create(manager, values, new Shape(shape));
      tensors.put(spec.name(), tensor.toType(type, false));
    }
    return new DeepS4(config, tensors);
  }

  private double[] values(WeightSpec spec, S4Config config, KeyedRandom random) {
    double[] values = new double[Math.toIntExact(spec.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (spec.target()) {
            case "log_dt" ->
                uniform(random, i, StrictMath.log(SHORTEST_STEP), StrictMath.log(LONGEST_STEP));
            case "log_A_real" -> logReal(random, i);
            case "A_imag" -> imaginary(random, i, config.dState());
            case "C" -> random.normal(i) * (config.complex() ? Math.sqrt(0.5) : 1);
            case "D" -> random.normal(i);
            default -> linear(spec, config, random, i);
          };
    }
    return values;
  }

  private static double linear(WeightSpec spec, S4Config config, KeyedRandom random, int i) {
    int inputs =
        spec.target().startsWith("encoder")
            ? config.ends().orElseThrow().inputs()
            : config.dModel();
    double bound = 1 / Math.sqrt(inputs);
    return uniform(random, i, -bound, bound);
  }

  private static double uniform(KeyedRandom random, int i, double low, double high) {
    return low + (high - low) * random.uniform(i);
  }
}
