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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads and writes one sequence, or a few side by side, token by token, in the same time for every
 * token.
 *
 * <p>A token costs one reading of the weights, which is what bounds it from about ten million
 * parameters on, and which several sequences share. The matrices of weights without updates are
 * read where they lie; a weight with updates is merged once, when the decoder is made, so that
 * training on afterwards does not change what it says. Of the small tensors (dt_proj, A, the
 * convolution and the vectors, together about two hundredths of a model) it keeps its own, laid out
 * for its kernels.
 *
 * <p>The bits of the logits depend neither on the number of threads nor on the other sequences. For
 * one thread at a time, and only while the model's tensors are open.
 */
public final class Decoder implements Sequences {

  /** Below this a token takes so few microseconds that a second thread does not help. */
  private static final double ALONE_BYTES = 2 << 20;

  // A full pass costs about as much as 48 steps at 0.5 MB of weights, 20 at 15 MB, 3 at 516 MB.
  private static final double LARGE_BYTES = 64 << 20;
  private static final int FEW_TOKENS = 16;
  private static final int FEW_TOKENS_LARGE = 3;

  private final MambaConfig config;
  private final Vocabulary vocabulary;
  private final NDManager manager;

  /** The model with merged weights. */
  private final Mamba mamba;

  private final List<DecoderBlock> blocks = new ArrayList<>();
  private final DecoderRows rows = new DecoderRows();
  private final Deque<DecoderRow> spare = new ArrayDeque<>();
  private final RawTensor embedding;
  private final RawTensor head;
  private final RowNorm norm;
  private final Stages stages;
  private final int fewTokens;
  private boolean closed;

  private Decoder(Mamba model) {
    manager = model.manager().newSubManager();
    mamba = model.merged(manager);
    config = mamba.config();
    vocabulary = new Vocabulary(config.vocabSize());
    embedding = raw("backbone.embeddings.weight");
    head = config.tiedEmbeddings() ? embedding : raw("lm_head.weight");
    norm = new RowNorm(raw("backbone.norm_f.weight"), config.epsilon());
    for (int layer = 0; layer < config.layers(); layer++) {
      blocks.add(new DecoderBlock(config, layer, weights(layer), rows));
    }
    begin();
    rows.use(List.of(spare()));
    double bytes = (double) Float.BYTES * MambaWeights.size(config);
    stages = new Stages(stages(), bytes < ALONE_BYTES);
    fewTokens = bytes < LARGE_BYTES ? FEW_TOKENS : FEW_TOKENS_LARGE;
  }

  private List<Stages.Stage> stages() {
    Ranges all = Ranges.of(1, 0);
    List<Stages.Stage> list = new ArrayList<>();
    list.add(all.stage((from, to) -> lookUp()));
    blocks.forEach(block -> list.addAll(block.stages()));
    list.add(all.stage((from, to) -> norm()));
    double bytes = (double) Float.BYTES * head.size();
    list.add(Ranges.of(config.vocabSize(), bytes).stage(this::predict));
    return list;
  }

  private void lookUp() {
    for (int i = 0; i < rows.count(); i++) {
      embedding.read(rows.get(i).token * config.dModel(), rows.residual[i], 0, config.dModel());
    }
  }

  private void norm() {
    for (int i = 0; i < rows.count(); i++) {
      norm.apply(rows.residual[i], rows.normed[i]);
    }
  }

  private void predict(int from, int to) {
    MatrixVector.multiply(head, from, to, config.dModel(), rows.count(), rows.normed, rows.logits);
  }

  private DecoderRow spare() {
    DecoderRow row = spare.poll();
    return row == null ? new DecoderRow(config, blocks) : row;
  }

  /**
   * A decoder of one sequence that has read nothing yet.
   *
   * @param model in float32 on the CPU; it stays as it is
   */
  public static Decoder of(Mamba model) {
    return new Decoder(model);
  }

  /** Sets what every block knows before the first token. */
  private void begin() {
    if (mamba.opened().isEmpty()) {
      return;
    }
    try (MambaState before = MambaState.before(mamba, manager, 1)) {
      for (int layer = 0; layer < blocks.size(); layer++) {
        blocks.get(layer).begin(before.block(layer));
      }
    }
  }

  private Map<String, RawTensor> weights(int layer) {
    return mamba.weights().stream()
        .map(Weight::spec)
        .filter(spec -> spec.layer() == layer)
        .collect(Collectors.toMap(WeightSpec::target, spec -> raw(spec.name())));
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
   * Reads one token of the only sequence.
   *
   * @return logits of the token after it: the same array in every call
   */
  public float[] step(int token) {
    requireOpen();
    vocabulary.require(token);
    DecoderRow row = only();
    row.token = token;
    stages.run();
    row.read++;
    return row.logits;
  }

  private DecoderRow only() {
    if (rows.count() != 1) {
      throw new IllegalStateException(
          "This decoder reads %d sequences side by side. Give it a token for each with advance."
              .formatted(rows.count()));
    }
    return rows.get(0);
  }

  /**
   * Reads tokens of the only sequence from where it stands: many of them by one full pass of the
   * model, a few by as many steps, which is faster then.
   *
   * @return logits of the token after the last: the same array in every call
   */
  public float[] prefill(int[] tokens) {
    requireOpen();
    vocabulary.requirePrompt(tokens);
    DecoderRow row = only();
    if (tokens.length > fewTokens) {
      pass(row, tokens);
    } else {
      for (int each : tokens) {
        step(each);
      }
    }
    return row.logits;
  }

  private void pass(DecoderRow row, int[] tokens) {
    try (NDScope scope = new NDScope();
        Tape tape = Tape.inference();
        MambaState state = MambaState.empty(manager, config, 1)) {
      scope.suppressNotUsedWarning();
      for (int i = 0; i < blocks.size(); i++) {
        MambaState.Block block = state.block(i);
        row.steps.get(i).get(RawTensor.of(block.window()), RawTensor.of(block.hidden()));
      }
      long[] ids = Arrays.stream(tokens).asLongStream().toArray();
      NDArray given = RawTensor.create(manager, ids, new Shape(1, ids.length));
      RawTensor.of(mamba.next(tape, given, state)).read(0, row.logits, 0, row.logits.length);
      for (int i = 0; i < blocks.size(); i++) {
        MambaState.Block block = state.block(i);
        row.steps.get(i).set(RawTensor.of(block.window()), RawTensor.of(block.hidden()));
      }
    }
    row.read += tokens.length;
  }

  @Override
  public void start(List<int[]> prompts) {
    requireOpen();
    vocabulary.requirePrompts(prompts);
    release(List.of());
    List<DecoderRow> started = new ArrayList<>();
    for (int[] prompt : prompts) {
      // One at a time: their lengths differ, and a full pass keeps the processor busy by itself.
      DecoderRow row = spare();
      row.reset();
      rows.use(List.of(row));
      prefill(prompt);
      started.add(row);
    }
    rows.use(started);
  }

  @Override
  public int count() {
    return rows.count();
  }

  @Override
  public float[] logits(int row) {
    return rows.logits[row];
  }

  @Override
  public void advance(int[] tokens) {
    requireOpen();
    vocabulary.requireStep(tokens, rows.count());
    for (int i = 0; i < tokens.length; i++) {
      rows.get(i).token = tokens[i];
    }
    stages.run();
    for (int i = 0; i < tokens.length; i++) {
      rows.get(i).read++;
    }
  }

  @Override
  public void keep(int[] kept) {
    requireOpen();
    List<DecoderRow> next = new ArrayList<>();
    for (int from : kept) {
      next.add(rows.get(from));
    }
    release(next);
    Set<DecoderRow> taken = new HashSet<>();
    for (int i = 0; i < kept.length; i++) {
      // The first to go on from a sequence takes it as it is, the others copy it.
      if (!taken.add(next.get(i))) {
        DecoderRow copy = spare();
        copy.copy(next.get(i));
        next.set(i, copy);
      }
    }
    rows.use(next);
  }

  /** Lets go of the sequences that are not among these. */
  private void release(List<DecoderRow> kept) {
    for (int i = 0; i < rows.count(); i++) {
      if (!kept.contains(rows.get(i))) {
        spare.push(rows.get(i));
      }
    }
  }

  /** How many tokens the only sequence has. */
  public long read() {
    return only().read;
  }

  /** Back to one sequence that has read nothing. */
  public void reset() {
    requireOpen();
    release(List.of());
    DecoderRow row = spare();
    row.reset();
    rows.use(List.of(row));
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(
          "This decoder is closed. Make another with Decoder.of(model).");
    }
  }

  /** Frees the merged weights; the model's own tensors stay. */
  @Override
  public void close() {
    closed = true;
    manager.close();
  }
}
