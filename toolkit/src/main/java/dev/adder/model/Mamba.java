package dev.adder.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import dev.adder.ssm.CrossEntropy;
import dev.adder.tensor.RowLookup;
import dev.adder.tensor.Tape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Mamba-1 language model as a DJL block of named weights.
 *
 * <p>{@link #logits} on a tape is the fast path. As an ordinary DJL block (token ids (b, l) in,
 * logits (b, l, vocabulary) out) it runs on the engine's plain operators, so that DJL's own trainer
 * works on it, more slowly.
 */
public final class Mamba extends StateSpaceModel<Mamba> {

  private final MambaConfig config;
  private final List<MambaBlock> blocks = new ArrayList<>();

  /**
   * @param tensors frozen values by Hugging Face name, of the shapes {@link MambaWeights} lists
   */
  public Mamba(MambaConfig config, Map<String, NDArray> tensors) {
    super(MambaWeights.of(config), tensors);
    this.config = config;
    build();
  }

  private Mamba(Mamba original) {
    super(original);
    config = original.config;
    build();
  }

  private void build() {
    for (int layer = 0; layer < config.layers(); layer++) {
      blocks.add(new MambaBlock(config, block(layer)));
    }
  }

  public MambaConfig config() {
    return config;
  }

  @Override
  public Mamba bare() {
    return new Mamba(this);
  }

  /**
   * A model that computes the same with its updates merged into its weights, or this one if it has
   * none.
   *
   * @param manager keeps the merged weights
   */
  Mamba merged(NDManager manager) {
    if (weights().stream().allMatch(weight -> weight.adapted().isEmpty())) {
      return this;
    }
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    for (Weight weight : weights()) {
      tensors.put(
          weight.spec().name(),
          weight.adapted().isEmpty() ? weight.frozen() : weight.merged(manager));
    }
    return new Mamba(config, tensors);
  }

  /**
   * Logits after every token.
   *
   * @param ids token ids (b, l), int64
   * @return (b, l, vocabulary)
   */
  public NDArray logits(Tape tape, NDArray ids) {
    return head(tape, normed(tape, ids, null));
  }

  /**
   * Logits after the last token, going on from a state, which is moved on.
   *
   * @param ids token ids (b, l), int64
   * @return (b, vocabulary)
   */
  public NDArray next(Tape tape, NDArray ids, MambaState state) {
    int batch = Math.toIntExact(ids.getShape().get(0));
    int length = Math.toIntExact(ids.getShape().get(1));
    int[] last = new int[batch];
    for (int i = 0; i < batch; i++) {
      last[i] = (i + 1) * length - 1;
    }
    return head(tape, rows(tape, normed(tape, ids, state), last));
  }

  /**
   * Logits after some tokens only.
   *
   * @param ids token ids (b, l), int64
   * @param positions indices into the flattened (b · l) tokens
   * @return (number of positions, vocabulary)
   */
  public NDArray logitsAt(Tape tape, NDArray ids, int[] positions) {
    return head(tape, rows(tape, normed(tape, ids, null), positions));
  }

  /**
   * Mean cross-entropy of the token after some tokens, in nats.
   *
   * @param ids token ids (b, l), int64
   * @param positions indices into the flattened (b · l) tokens
   * @param labels the token that should come after each of them
   * @return a scalar (1)
   */
  public NDArray loss(Tape tape, NDArray ids, int[] positions, int[] labels) {
    NDArray rows = rows(tape, normed(tape, ids, null), positions);
    Weight head = headWeight();
    boolean trainsHead = !head.adapted().isEmpty();
    return tape.apply(new CrossEntropy(labels, trainsHead), rows, head.value(tape)).get(0);
  }

  /** The last norm's output (b, l, d_model). */
  private NDArray normed(Tape tape, NDArray ids, @Nullable MambaState state) {
    NDArray embedding = weight("backbone.embeddings.weight").value(tape);
    RowLookup lookup = new RowLookup(ids.toLongArray(), ids.getShape());
    Stream stream = new Stream(tape.apply(lookup, embedding).get(0), null);
    for (int layer = 0; layer < blocks.size(); layer++) {
      MambaBlock block = blocks.get(layer);
      stream =
          state == null
              ? stream.through(tape, block)
              : block.forward(tape, stream, state.block(layer));
    }
    NDArray weight = weight("backbone.norm_f.weight").value(tape);
    return stream.norm(tape, config.epsilon(), weight).get(0);
  }

  private static NDArray rows(Tape tape, NDArray normed, int[] positions) {
    long[] rows = java.util.Arrays.stream(positions).asLongStream().toArray();
    return tape.apply(new RowLookup(rows), normed).get(0);
  }

  private Weight headWeight() {
    return weight(config.tiedEmbeddings() ? "backbone.embeddings.weight" : "lm_head.weight");
  }

  private NDArray head(Tape tape, NDArray normed) {
    return headWeight().linear(tape, normed).get(0);
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore parameterStore,
      NDList inputs,
      boolean training,
      @Nullable PairList<String, Object> params) {
    try (Tape tape = Tape.reference()) {
      return new NDList(logits(tape, inputs.singletonOrThrow().toType(DataType.INT64, false)));
    }
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputShapes) {
    return new Shape[] {inputShapes[0].addAll(new Shape(config.vocabSize()))};
  }
}
