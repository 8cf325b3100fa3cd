package dev.adder.paper.claims;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.adder.model.Mamba;
import dev.adder.model.MambaConfig;
import dev.adder.model.MambaState;
import dev.adder.model.MambaWeights;
import dev.adder.model.WeightSpec;
import dev.adder.tensor.RawTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hipparchus.linear.RealMatrix;

/**
 * A {@link Mamba} in float64 with random weights, in which every token of a sequence is a word of
 * its own, so that its embedding is free. Outputs are logits over that vocabulary.
 */
final class RandomMamba {

  private static final int WINDOW = 3;

  private final Bench bench;
  private final MambaConfig config;
  private final Mamba mamba;

  private RandomMamba(Bench bench, MambaConfig config, Draw draw) {
    this.bench = bench;
    this.config = config;
    Map<String, NDArray> tensors = new HashMap<>();
    for (WeightSpec spec : MambaWeights.of(config)) {
      tensors.put(spec.name(), weight(spec, draw));
    }
    mamba = new Mamba(config, tensors);
  }

  /** As in a pretrained model: with norms. */
  static RandomMamba of(Bench bench, Draw draw, int words, int layers, int channels, int states) {
    return new RandomMamba(bench, config(words, layers, channels, states, 1e-5), draw);
  }

  /**
   * One block whose outputs are linear in its initial state: an ε this large makes of each norm a
   * division by √ε, which its weight undoes.
   */
  static RandomMamba withoutNorms(Bench bench, Draw draw, int words, int channels, int states) {
    return new RandomMamba(bench, config(words, 1, channels, states, 1e30), draw);
  }

  private static MambaConfig config(
      int words, int layers, int channels, int states, double epsilon) {
    int width = Math.max(2, channels / 2);
    return new MambaConfig(words, width, layers, channels, states, WINDOW + 1, 2, epsilon, false);
  }

  private NDArray weight(WeightSpec spec, Draw draw) {
    int size = Math.toIntExact(spec.size());
    double[] values = draw.normals(size);
    long columns = spec.shape().size() == 1 ? 1 : size / spec.shape().get(0);
    for (int i = 0; i < size; i++) {
      values[i] =
          switch (spec.target()) {
            case "norm", "norm_f" -> config.epsilon() > 1 ? Math.sqrt(config.epsilon()) : 1;
            case "A_log" -> Math.log(1 + i % config.dState()) + 0.1 * values[i];
            case "embedding" -> values[i];
            default -> values[i] / Math.sqrt(columns);
          };
    }
    long[] shape = spec.shape().stream().mapToLong(Long::longValue).toArray();
    return RawTensor.create(bench.manager(), values, new Shape(shape));
  }

  /**
   * What the blocks know behind some tokens.
   *
   * @param windows per block (1, 3, channel)
   * @param hidden per block (1, channel, state)
   */
  record Memory(List<NDArray> windows, List<NDArray> hidden) {

    /** The same without the convolutions' windows. */
    Memory hiddenOnly() {
      return new Memory(windows.stream().map(NDArray::zerosLike).toList(), hidden);
    }

    /** The same for several sequences, with hidden states of their own in the only block. */
    Memory batch(NDArray states) {
      int batch = Math.toIntExact(states.getShape().get(0));
      NDArray window = windows.get(0).repeat(0, batch);
      return new Memory(List.of(window), List.of(states));
    }
  }

  Memory empty() {
    List<NDArray> windows = new ArrayList<>();
    List<NDArray> hidden = new ArrayList<>();
    for (int i = 0; i < config.layers(); i++) {
      windows.add(zeros(1, WINDOW, config.dInner()));
      hidden.add(zeros(1, config.dInner(), config.dState()));
    }
    return new Memory(windows, hidden);
  }

  private NDArray zeros(long... shape) {
    return bench.manager().zeros(new Shape(shape), DataType.FLOAT64);
  }

  /** What the blocks know behind words {@code from} … {@code to} − 1. */
  Memory behind(int from, int to) {
    Memory memory = empty();
    try (MambaState state = MambaState.of(bench.manager(), memory.windows(), memory.hidden())) {
      mamba.next(bench.tape(), words(from, to, 1), state);
      List<NDArray> windows = new ArrayList<>();
      List<NDArray> hidden = new ArrayList<>();
      for (int i = 0; i < config.layers(); i++) {
        windows.add(kept(state.window(i)));
        hidden.add(kept(state.hidden(i)));
      }
      return new Memory(windows, hidden);
    }
  }

  private NDArray kept(NDArray tensor) {
    NDArray copy = tensor.duplicate();
    copy.attach(bench.manager());
    return copy;
  }

  /** Logits after each of the words {@code from} … {@code to} − 1, read from the beginning. */
  RealMatrix outputs(int from, int to) {
    return Bench.matrix(mamba.logits(bench.tape(), words(from, to, 1)));
  }

  /** The same, going on from a memory; sequences of a batch below each other. */
  RealMatrix outputs(int from, int to, Memory memory) {
    int batch = Math.toIntExact(memory.hidden().get(0).getShape().get(0));
    try (MambaState state = MambaState.of(bench.manager(), memory.windows(), memory.hidden())) {
      return Bench.matrix(mamba.logits(bench.tape(), words(from, to, batch), state));
    }
  }

  private NDArray words(int from, int to, int batch) {
    long[] ids = new long[batch * (to - from)];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = from + i % (to - from);
    }
    return RawTensor.create(bench.manager(), ids, new Shape(batch, to - from));
  }

  /** Hidden states of the only block: all zero, and 1 in each place in turn. */
  NDArray unitStates() {
    int size = config.dInner() * config.dState();
    double[] values = new double[(size + 1) * size];
    for (int i = 0; i < size; i++) {
      values[(i + 1) * size + i] = 1;
    }
    return RawTensor.create(
        bench.manager(), values, new Shape(size + 1, config.dInner(), config.dState()));
  }
}
