package dev.adder.benchmarks.work;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.adder.model.Checkpoint;
import dev.adder.model.Mamba;
import dev.adder.model.MambaConfig;
import dev.adder.model.MambaWeights;
import dev.adder.model.WeightSpec;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.RawTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** A model of random weights of usual sizes; speed doesn't depend on what it has learned. */
public final class RandomModel {

  private RandomModel() {}

  /** Makes it in memory. */
  public static Mamba create(MambaConfig config, NDManager manager) {
    Map<String, NDArray> tensors = new HashMap<>();
    for (WeightSpec spec : MambaWeights.of(config)) {
      Shape shape = new Shape(spec.shape().stream().mapToLong(Long::longValue).toArray());
      tensors.put(spec.name(), RawTensor.create(manager, values(spec), shape));
    }
    return new Mamba(config, tensors);
  }

  /** Writes it in the Hugging Face layout. */
  public static void write(MambaConfig config, Path folder) throws IOException {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Checkpoint.save(create(config, manager), folder);
    }
  }

  private static float[] values(WeightSpec spec) {
    float[] values = new float[Math.toIntExact(spec.size())];
    switch (spec.target()) {
      case "A_log" -> {
        int states = Math.toIntExact(spec.shape().get(1));
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) Math.log(1 + i % states);
        }
      }
      case "D", "norm", "norm_f" -> Arrays.fill(values, 1);
      // softplus(−4) = 0.018, amid the usual steps of 0.001 to 0.1.
      case "dt_proj.bias" -> Arrays.fill(values, -4);
      default -> KeyedRandom.of(1).derive(spec.name()).fillUniform(values, -0.05f, 0.05f);
    }
    return values;
  }
}
