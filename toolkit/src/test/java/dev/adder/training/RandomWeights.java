package dev.adder.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.adder.data.TokenBatch;
import dev.adder.model.MambaConfig;
import dev.adder.model.MambaWeights;
import dev.adder.model.WeightSpec;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.RawTensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** A model of any geometry that nobody has trained, and tokens for it. */
public final class RandomWeights {

  private RandomWeights() {}

  /** Weights of the usual sizes; the same for the same geometry. */
  public static Map<String, NDArray> of(MambaConfig config, NDManager manager) {
    Map<String, NDArray> tensors = new HashMap<>();
    for (WeightSpec spec : MambaWeights.of(config)) {
      float[] values = new float[Math.toIntExact(spec.size())];
      KeyedRandom.of(1).derive(spec.name()).fillUniform(values, -0.05f, 0.05f);
      switch (spec.target()) {
        case "A_log" -> {
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) StrictMath.log(1 + i % config.dState());
          }
        }
        case "D", "norm", "norm_f" -> Arrays.fill(values, 1);
        case "dt_proj.bias" -> Arrays.fill(values, -4);
        default -> {}
      }
      long[] shape = spec.shape().stream().mapToLong(Long::longValue).toArray();
      tensors.put(spec.name(), RawTensor.create(manager, values, new Shape(shape)));
    }
    return tensors;
  }

  /** Tokens by index, each of which has a target. */
  public static TokenBatch batch(MambaConfig config, int batch, int length, long index) {
    int[] inputs = new int[batch * length];
    int[] targets = new int[inputs.length];
    KeyedRandom random = KeyedRandom.of(9).derive(index);
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = random.below(i, config.vocabSize());
      targets[i] = (inputs[i] * 7 + 3) % config.vocabSize();
    }
    return new TokenBatch(batch, length, inputs, targets);
  }
}
