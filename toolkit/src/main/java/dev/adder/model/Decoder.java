package dev.adder.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import dev.adder.ssm.MatrixVector;
import dev.adder.ssm.RowNorm;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Stages;
import dev.adder.tensor.Tape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads and writes one sequence token by token, in the same time for every token.
 *
 * <p>A token costs one reading of the weights, which is what bounds it from about ten million
 * parameters on. The matrices of weights without updates are read where they lie; a weight with
 * updates is merged once, when the decoder is made, so that training on afterwards does not change
 * what it says. Of the small tensors (dt_proj, A, the convolution and the vectors, together about
 * two hundredths of a model) it keeps its own, laid out for its kernels.
 *
 * <p>The bits of the logits do not depend on the number of threads. For one thread at a time, and
 * only while the model's tensors are open.
 */
public final class Decoder implements AutoCloseable {

  /** Below this a token takes so few microseconds that a second thread does not help. */
  private static final double ALONE_BYTES = 2 << 20;

  // A full pass costs about as much as 48 steps at 0.5 MB of weights, 20 at 15 MB, 3 at 516 MB.
  private static final double LARGE_BYTES = 64 << 20;
  private static final int FEW_TOKENS = 16;
  private static final int FEW_TOKENS_LARGE = 3;

  private final MambaConfig config;
  private final NDManager manager;

  /** The model with merged weights. */
  private final Mamba mamba;

  private final List<DecoderBlock> blocks = new ArrayList<>();
  private final DecoderBlock.Buffers buffers;
  private final RawTensor embedding;
  private final RawTensor head;
  private final RowNorm norm;
  private final Stages stages;
  private final float[] logits;
  private final int fewTokens;

  private int token;
  private long read;
  private boolean closed;

  private Decoder(Mamba model) {
    config = model.config();
    NDArray table = model.weight("backbone.embeddings.weight").frozen();
    manager = table.getManager().newSubManager();
    mamba = merged(model, manager);
    buffers = new DecoderBlock.Buffers(config);
    embedding = raw("backbone.embeddings.weight");
    head = config.tiedEmbeddings() ? embedding : raw("lm_head.weight");
    norm = new RowNorm(raw("backbone.norm_f.weight"), config.epsilon());
    for (int layer = 0; layer < config.layers(); layer++) {
      blocks.add(new DecoderBlock(config, weights(layer), buffers));
    }
    logits = new float[config.vocabSize()];
    double bytes = (double) Float.BYTES * MambaWeights.size(config);
    stages = new Stages(stages(), bytes < ALONE_BYTES);
    fewTokens = bytes < LARGE_BYTES ? FEW_TOKENS : FEW_TOKENS_LARGE;
  }

  private List<Stages.Stage> stages() {
    Ranges all = Ranges.of(1, 0);
    List<Stages.Stage> list = new ArrayList<>();
    list.add(all.stage((from, to) -> lookUp()));
    blocks.forEach(block -> list.addAll(block.stages()));
    list.add(all.stage((from, to) -> norm.apply(buffers.residual, buffers.normed)));
    double bytes = (double) Float.BYTES * head.size();
    list.add(Ranges.of(logits.length, bytes).stage(this::predict));
    return list;
  }

  private void lookUp() {
    embedding.read(token * config.dModel(), buffers.residual, 0, config.dModel());
  }

  private void predict(int from, int to) {
    MatrixVector.multiply(head, from, to, config.dModel(), buffers.normed, logits);
  }

  /**
   * A decoder that has read nothing yet.
   *
   * @param model in float32 on the CPU; it stays as it is
   */
  public static Decoder of(Mamba model) {
    return new Decoder(model);
  }

  private static Mamba merged(Mamba model, NDManager manager) {
    if (model.weights().stream().allMatch(weight -> weight.adapted().isEmpty())) {
      return model;
    }
    Map<String, NDArray> tensors =
        model.weights().stream()
            .collect(
                Collectors.toMap(
                    weight -> weight.spec().name(),
                    weight ->
                        weight.adapted().isEmpty() ? weight.frozen() : weight.merged(manager)));
    return new Mamba(model.config(), tensors);
  }

  private Function<String, RawTensor> weights(int layer) {
    Map<String, String> names =
        mamba.weights().stream()
            .map(Weight::spec)
            .filter(spec -> spec.layer() == layer)
            .collect(Collectors.toMap(WeightSpec::target, WeightSpec::name));
    return target -> raw(names.get(target));
  }

  private RawTensor raw(String name) {
    NDArray tensor = mamba.weight(name).frozen();
    if (!RawTensor.isFloat(tensor)) {
      throw new IllegalArgumentException(
          "%s is %s on %s; a decoder reads float32 on the CPU."
              .formatted(name, tensor.getDataType(), tensor.getDevice()));
    }
    return RawTensor.of(tensor);
  }

  /**
   * Reads one token.
   *
   * @return logits of the token after it: the same array in every call
   */
  public float[] step(int token) {
    requireOpen();
    requireKnown(token);
    this.token = token;
    stages.run();
    read++;
    return logits;
  }

  /**
   * Reads tokens from where the decoder stands: many of them by one full pass of the model, a few
   * by as many steps, which is faster then.
   *
   * @return logits of the token after the last: the same array in every call
   */
  public float[] prefill(int[] tokens) {
    requireOpen();
    if (tokens.length == 0) {
      throw new IllegalArgumentException("The prompt is empty. Give at least one token.");
    }
    for (int each : tokens) {
      requireKnown(each);
    }
    if (tokens.length > fewTokens) {
      pass(tokens);
    } else {
      for (int each : tokens) {
        step(each);
      }
    }
    return logits;
  }

  private void pass(int[] tokens) {
    try (NDScope scope = new NDScope();
        Tape tape = Tape.inference();
        MambaState state = MambaState.empty(manager, config, 1)) {
      scope.suppressNotUsedWarning();
      for (int i = 0; i < blocks.size() && read > 0; i++) {
        MambaState.Block block = state.block(i);
        blocks.get(i).step().get(RawTensor.of(block.window()), RawTensor.of(block.hidden()));
      }
      long[] ids = Arrays.stream(tokens).asLongStream().toArray();
      NDArray given = RawTensor.create(manager, ids, new Shape(1, ids.length));
      RawTensor.of(mamba.next(tape, given, state)).read(0, logits, 0, logits.length);
      for (int i = 0; i < blocks.size(); i++) {
        MambaState.Block block = state.block(i);
        blocks.get(i).step().set(RawTensor.of(block.window()), RawTensor.of(block.hidden()));
      }
    }
    read += tokens.length;
  }

  /** How many tokens have been read. */
  public long read() {
    return read;
  }

  /** The token with the largest of the present logits, the first of several. */
  public int mostProbable() {
    if (read == 0) {
      throw new IllegalStateException("The decoder has read no token yet. Give it a prompt first.");
    }
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  /**
   * Goes on from a prompt with the most probable token each time, from an empty past.
   *
   * @param maxNewTokens at most so many tokens are written
   * @param stopToken the token that ends the text and is not part of it; −1 for none
   * @return the new tokens
   */
  public int[] generate(int[] prompt, int maxNewTokens, int stopToken) {
    if (maxNewTokens < 0) {
      throw new IllegalArgumentException(
          "%d new tokens are asked for; it must be 0 or more.".formatted(maxNewTokens));
    }
    reset();
    prefill(prompt);
    int[] tokens = new int[maxNewTokens];
    for (int i = 0; i < maxNewTokens; i++) {
      int next = mostProbable();
      if (next == stopToken) {
        return Arrays.copyOf(tokens, i);
      }
      tokens[i] = next;
      if (i + 1 < maxNewTokens) {
        step(next);
      }
    }
    return tokens;
  }

  /** Forgets everything read. */
  public void reset() {
    requireOpen();
    blocks.forEach(block -> block.step().reset());
    read = 0;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(
          "This decoder is closed. Make another with Decoder.of(model).");
    }
  }

  private void requireKnown(int token) {
    if (token < 0 || token >= config.vocabSize()) {
      throw new IllegalArgumentException(
          "Token %d is outside of the vocabulary of %d tokens, 0 to %d."
              .formatted(token, config.vocabSize(), config.vocabSize() - 1));
    }
  }

  /** Frees the merged weights; the model's own tensors stay. */
  @Override
  public void close() {
    closed = true;
    manager.close();
  }
}
