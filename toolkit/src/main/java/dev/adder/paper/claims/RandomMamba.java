package dev.adder.paper.claims;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.adder.model.Mamba;
import dev.adder.model.MambaConfig;
import dev.adder.model.MambaState;
import dev.adder.model.MambaWeights;
import dev.adder.model.OpenPlaces;
import dev.adder.model.WeightSpec;
import dev.adder.tensor.RawTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hipparchus.linear.RealMatrix;

/**
 * A {@link Mamba} in float64 with random weights, in which every token of a text is a word of its
 * own, so that its embedding is free. Outputs are logits over that vocabulary.
 */
final class RandomMamba {

  private static final int WIDTH_OF_CONVOLUTION = 4;

  private final Bench bench;
  private final Mamba mamba;

  /** A model of which every word is a token. */
  RandomMamba(Bench bench, Mamba mamba) {
    this.bench = bench;
    this.mamba = mamba;
  }

  /** As in a pretrained model: with norms. */
  static RandomMamba of(Bench bench, Draw draw, int words, int layers, int channels, int states) {
    return random(bench, draw, config(words, layers, channels, states, 1e-5));
  }

  /**
   * One block whose outputs are linear in its initial state: an ε this large makes of each norm a
   * division by √ε, which its weight undoes.
   */
  static RandomMamba withoutNorms(Bench bench, Draw draw, int words, int channels, int states) {
    return random(bench, draw, config(words, 1, channels, states, 1e30));
  }

  private static MambaConfig config(
      int words, int layers, int channels, int states, double epsilon) {
    int width = Math.max(2, channels / 2);
    return new MambaConfig(
        words, width, layers, channels, states, WIDTH_OF_CONVOLUTION, 2, epsilon, false);
  }

  private static RandomMamba random(Bench bench, Draw draw, MambaConfig config) {
    Map<String, NDArray> tensors = new HashMap<>();
    for (WeightSpec spec : MambaWeights.of(config)) {
      double[] values = draw.normals(Math.toIntExact(spec.size()));
      long columns = spec.shape().size() == 1 ? 1 : spec.size() / spec.shape().get(0);
      for (int i = 0; i < values.length; i++) {
        values[i] =
            switch (spec.target()) {
              case "norm", "norm_f" -> config.epsilon() > 1 ? Math.sqrt(config.epsilon()) : 1;
              case "A_log" -> Math.log(1 + i % config.dState()) + 0.1 * values[i];
              case "embedding" -> values[i];
              default -> values[i] / Math.sqrt(columns);
            };
      }
      long[] shape = spec.shape().stream().mapToLong(Long::longValue).toArray();
      tensors.put(spec.name(), RawTensor.create(bench.manager(), values, new Shape(shape)));
    }
    return new RandomMamba(bench, new Mamba(config, tensors));
  }

  Mamba mamba() {
    return mamba;
  }

  /** Logits after each of the words {@code from} … {@code to} − 1. */
  RealMatrix outputs(int from, int to) {
    return Bench.matrix(mamba.logits(bench.tape(), words(from, to)));
  }

  private NDArray words(int from, int to) {
    long[] ids = new long[to - from];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = from + i;
    }
    return RawTensor.create(bench.manager(), ids, new Shape(1, ids.length));
  }

  /**
   * What the blocks know behind some words.
   *
   * @param windows per block: the last inputs of its convolution (3, channel)
   * @param hidden per block (channel, state)
   */
  record Memory(List<RealMatrix> windows, List<RealMatrix> hidden) {

    /** The same with empty windows. */
    Memory hiddenOnly() {
      return new Memory(windows.stream().map(window -> window.scalarMultiply(0)).toList(), hidden);
    }

    /** The same with another state in the only block. */
    Memory with(RealMatrix state) {
      return new Memory(windows, List.of(state));
    }
  }

  /** What the blocks know behind the first words. */
  Memory behind(int words) {
    try (MambaState state =
        MambaState.empty(bench.manager(), mamba.config(), 1, DataType.FLOAT64)) {
      mamba.next(bench.tape(), words(0, words), state);
      List<RealMatrix> windows = new ArrayList<>();
      List<RealMatrix> hidden = new ArrayList<>();
      for (int layer = 0; layer < mamba.config().layers(); layer++) {
        windows.add(Bench.matrix(state.window(layer)));
        hidden.add(Bench.matrix(state.hidden(layer)));
      }
      return new Memory(windows, hidden);
    }
  }

  /** The same model whose initial states and windows are these, as initial-state tuning has it. */
  RandomMamba startedFrom(Memory memory) {
    Mamba started = mamba.bare();
    List<WeightSpec> states = OpenPlaces.initialStates(mamba.specs());
    List<WeightSpec> windows = OpenPlaces.initialWindows(mamba.specs());
    for (int layer = 0; layer < states.size(); layer++) {
      started.open(states.get(layer), bench.tensor(memory.hidden().get(layer)));
      started.open(windows.get(layer), bench.tensor(memory.windows().get(layer)));
    }
    return new RandomMamba(bench, started);
  }

  /** The same model with its first words as a prompt, as prompt tuning has it. */
  RandomMamba promptedBy(int words) {
    RealMatrix embeddings = Bench.matrix(mamba.weight("backbone.embeddings.weight").frozen());
    Mamba prompted = mamba.bare();
    prompted.open(
        OpenPlaces.prompt(mamba.specs(), words), bench.tensor(Matrices.rows(embeddings, 0, words)));
    return new RandomMamba(bench, prompted);
  }
}
