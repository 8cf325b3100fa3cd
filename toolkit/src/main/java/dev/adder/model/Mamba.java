package dev.adder.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import dev.adder.ssm.CrossEntropy;
import dev.adder.tensor.Product;
import dev.adder.tensor.Repeat;
import dev.adder.tensor.RowLookup;
import dev.adder.tensor.Tape;
import dev.adder.tensor.cuda.NativeTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A Mamba-1 language model as a DJL block of named weights.
 *
 * <p>{@link #logits} on a tape is the fast path. As an ordinary DJL block (token ids (b, l) in,
 * logits (b, l, vocabulary) out) it runs on the engine's plain operators, so that DJL's own trainer
 * works on it, more slowly.
 */
public final class Mamba extends StateSpaceModel<Mamba> {

  private static final String EMBEDDING = "backbone.embeddings.weight";

  private final MambaConfig config;
  private final List<MambaBlock> blocks = new ArrayList<>();

  /** Whether activations are bf16. */
  private final boolean bf16;

  /**
   * @param tensors frozen values by Hugging Face name, of the shapes {@link MambaWeights} lists
   */
  public Mamba(MambaConfig config, Map<String, NDArray> tensors) {
    super(MambaWeights.of(config), tensors);
    this.config = config;
    bf16 = tensors.values().stream().anyMatch(NativeTensor::isBf16);
    build();
  }

  private Mamba(Mamba original) {
    super(original);
    config = original.config;
    bf16 = original.bf16;
    build();
  }

  private void build() {
    for (int layer = 0; layer < config.layers(); layer++) {
      int index = layer;
      blocks.add(new MambaBlock(config, block(layer), place -> opened(index, place)));
    }
  }

  public MambaConfig config() {
    return config;
  }

  @Override
  public Mamba bare() {
    return new Mamba(this);
  }

  /** States per channel: d_state, and those that a method has added. */
  int states() {
    return config.dState()
        + opened(0, OpenPlaces.EXTRA_A)
            .map(extra -> Math.toIntExact(extra.spec().shape().get(1)))
            .orElse(0);
  }

  /**
   * A model that computes the same with its updates merged into its weights, in tensors of its own
   * where there is an update; this one if there are none. Extra states become ordinary ones; an
   * embedding that a tied head does not share gets a head of its own. What stands in the other open
   * places, which no Mamba has, stays there, fixed.
   *
   * @param manager owner of the new tensors
   */
  public Mamba merged(NDManager manager) {
    if (weights().stream().allMatch(weight -> weight.adapted().isEmpty())) {
      return this;
    }
    boolean unties = config.tiedEmbeddings() && weight(EMBEDDING).sparesTiedHead();
    int states = states();
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    for (Weight weight : weights()) {
      if (!weight.spec().isOpen()) {
        NDArray own = weight.adapted().isEmpty() ? weight.frozen() : weight.merged(manager);
        tensors.put(weight.spec().name(), own);
      }
    }
    if (unties) {
      tensors.put("lm_head.weight", weight(EMBEDDING).frozen());
    }
    if (states > config.dState()) {
      for (int layer = 0; layer < blocks.size(); layer++) {
        foldExtraStates(layer, tensors, manager);
      }
    }
    Mamba merged = new Mamba(config.with(states, config.tiedEmbeddings() && !unties), tensors);
    for (Weight weight : weights()) {
      if (weight.spec().isOpen() && !OpenPlaces.merges(weight.spec())) {
        NDArray value = weight.merged(manager);
        boolean byState = OpenPlaces.isByState(weight.spec());
        merged.open(weight.spec(), byState ? withStates(states, value, manager) : value);
      }
    }
    return merged;
  }

  /** A tensor (d_inner, d_state) with zeros for the states that a method has added. */
  private NDArray withStates(int states, NDArray value, NDManager manager) {
    int extra = states - config.dState();
    if (extra == 0) {
      return value;
    }
    try (NDArray zeros = manager.zeros(new Shape(config.dInner(), extra), value.getDataType())) {
      return owned(value.concat(zeros, 1), manager);
    }
  }

  private void foldExtraStates(int layer, Map<String, NDArray> tensors, NDManager manager) {
    Map<String, Weight> block = block(layer);
    long rank = config.dtRank();
    long dState = config.dState();
    String aLog = block.get("A_log").spec().name();
    String xProj = block.get("x_proj").spec().name();
    NDArray rows = tensors.get(xProj);
    try (NDManager parts = manager.newSubManager()) {
      NDArray extraA = block.get(OpenPlaces.EXTRA_A).merged(parts);
      NDArray extraB = block.get(OpenPlaces.EXTRA_B).merged(parts);
      NDArray extraC = block.get(OpenPlaces.EXTRA_C).merged(parts);
      NDArray stepAndB = rows.get(new NDIndex(":" + (rank + dState)));
      NDArray c = rows.get(new NDIndex((rank + dState) + ":"));
      NDList all = new NDList(stepAndB, extraB, c, extraC);
      tensors.put(xProj, owned(NDArrays.concat(all, 0), manager));
      tensors.put(aLog, owned(tensors.get(aLog).concat(extraA, 1), manager));
    }
  }

  private static NDArray owned(NDArray tensor, NDManager manager) {
    NDScope.unregister(tensor);
    tensor.attach(manager);
    return tensor;
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
    boolean trainsHead = !head.adapted().isEmpty() && !head.sparesTiedHead();
    NDArray matrix = trainsHead ? head.value(tape) : head.frozen();
    return tape.apply(new CrossEntropy(labels, trainsHead), rows, matrix).get(0);
  }

  /** The last norm's output (b, l, d_model). */
  private NDArray normed(Tape tape, NDArray ids, @Nullable MambaState state) {
    RowLookup lookup = new RowLookup(ids.toLongArray(), ids.getShape());
    NDArray embedded = weight(EMBEDDING).rows(tape, lookup);
    Stream stream = Stream.of(embedded, bf16);
    if (state == null) {
      List<Past> pasts = starts(tape, ids.getShape().get(0));
      for (int layer = 0; layer < blocks.size(); layer++) {
        stream = stream.through(tape, blocks.get(layer), pasts.get(layer));
      }
    } else {
      for (int layer = 0; layer < blocks.size(); layer++) {
        MambaState.Block before = state.block(layer);
        MambaBlock.Passed passed =
            blocks.get(layer).forward(tape, stream, new Past(before.window(), before.hidden()));
        before.replace(passed.past());
        stream = passed.stream();
      }
    }
    NDArray weight = weight("backbone.norm_f.weight").value(tape);
    return stream.norm(tape, config.epsilon(), weight).get(0);
  }

  /**
   * What every block knows before the first token of every sequence: nothing, or what methods have
   * put into the open places. A prompt is read once, by a batch of one.
   */
  List<Past> starts(Tape tape, long batch) {
    List<Past> starts = new ArrayList<>();
    Stream prompt =
        opened(-1, OpenPlaces.PROMPT)
            .map(weight -> weight.value(tape))
            .map(rows -> tape.apply(new Repeat(new Shape(1).addAll(rows.getShape())), rows).get(0))
            .map(rows -> Stream.of(rows, bf16))
            .orElse(null);
    for (MambaBlock block : blocks) {
      Past start = block.start(tape);
      if (prompt != null) {
        MambaBlock.Passed passed = block.forward(tape, prompt, start);
        prompt = passed.stream();
        start = passed.past();
      }
      starts.add(new Past(each(tape, start.window(), batch), each(tape, start.hidden(), batch)));
    }
    return starts;
  }

  /** The same for every sequence of a batch. */
  private static @Nullable NDArray each(Tape tape, @Nullable NDArray one, long batch) {
    if (one == null || batch == 1) {
      return one;
    }
    Shape rest = one.getShape().slice(1);
    return tape.apply(new Repeat(new Shape(batch).addAll(rest)), one).get(0);
  }

  private static NDArray rows(Tape tape, NDArray normed, int[] positions) {
    long[] rows = java.util.Arrays.stream(positions).asLongStream().toArray();
    return tape.apply(new RowLookup(rows), normed).get(0);
  }

  private Weight headWeight() {
    return weight(config.tiedEmbeddings() ? EMBEDDING : "lm_head.weight");
  }

  private NDArray head(Tape tape, NDArray normed) {
    Weight head = headWeight();
    return head.sparesTiedHead()
        ? tape.apply(new Product(), normed, head.frozen()).get(0)
        : head.linear(tape, normed).get(0);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Nothing, that is zero, except: extra columns of A_log repeat one of its own, a prompt begins
   * as embeddings of tokens evenly spread over the vocabulary.
   */
  @Override
  NDArray empty(WeightSpec place, NDManager manager) {
    if (bf16) {
      throw new IllegalArgumentException(
          "The place \"%s\" is there in float32 only, and this model is in bf16. Load it without bf16()."
              .formatted(place.target()));
    }
    DataType type = weight(EMBEDDING).frozen().getDataType();
    Shape shape = new Shape(place.shape());
    switch (place.target()) {
      case OpenPlaces.PROMPT -> {
        long tokens = place.shape().get(0);
        long[] rows =
            LongStream.range(0, tokens).map(i -> i * config.vocabSize() / tokens).toArray();
        NDArray embedding = weight(EMBEDDING).frozen();
        NDArray prompt = manager.zeros(shape, type);
        for (int i = 0; i < tokens; i++) {
          prompt.set(new NDIndex(i), embedding.get(rows[i]));
        }
        return prompt;
      }
      case OpenPlaces.EXTRA_A -> {
        NDArray column =
            block(place.layer())
                .get("A_log")
                .frozen()
                .get(new NDIndex(OpenPlaces.copiesFirst(place) ? ":, :1" : ":, -1:"));
        NDArray extra = column.repeat(1, place.shape().get(1)).duplicate();
        extra.attach(manager);
        return extra;
      }
      default -> {
        return manager.zeros(shape, type);
      }
    }
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
