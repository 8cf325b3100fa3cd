package dev.adder.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Tape;
import dev.adder.tensor.cuda.NativeTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Sequences read by the operators of the model's own forward pass: in any type, on any device. */
final class EngineSequences implements Sequences {

  private final NDManager manager;
  private final Mamba mamba;
  private final Vocabulary vocabulary;

  private MambaState state;
  private float[][] logits = {};

  EngineSequences(Mamba model) {
    NDArray table = model.weight("backbone.embeddings.weight").frozen();
    manager = table.getManager().newSubManager();
    mamba = model.merged(manager);
    vocabulary = new Vocabulary(model.config().vocabSize());
    state = empty();
  }

  private MambaState empty() {
    return MambaState.before(mamba, manager, 1);
  }

  @Override
  public void start(List<int[]> prompts) {
    vocabulary.requirePrompts(prompts);
    List<MambaState> states = new ArrayList<>();
    float[][] first = new float[prompts.size()][];
    for (int i = 0; i < first.length; i++) {
      MambaState read = empty();
      states.add(read);
      first[i] = read(read, 1, prompts.get(i))[0];
    }
    state.close();
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      state = MambaState.join(manager, states);
    }
    states.forEach(MambaState::close);
    logits = first;
  }

  /** Moves a state on by tokens, as many for each of its sequences. */
  private float[][] read(MambaState moved, int rows, int[] tokens) {
    try (NDScope scope = new NDScope();
        Tape tape = Tape.inference()) {
      scope.suppressNotUsedWarning();
      long[] ids = Arrays.stream(tokens).asLongStream().toArray();
      NDArray given = RawTensor.create(manager, ids, new Shape(rows, ids.length / rows));
      NDArray next = mamba.next(tape, given, moved);
      float[] all = NativeTensor.toFloat(next).toFloatArray();
      float[][] byRow = new float[rows][];
      for (int i = 0; i < rows; i++) {
        byRow[i] = Arrays.copyOfRange(all, i * vocabulary.size(), (i + 1) * vocabulary.size());
      }
      return byRow;
    }
  }

  @Override
  public int count() {
    return logits.length;
  }

  @Override
  public float[] logits(int row) {
    return logits[row];
  }

  @Override
  public void advance(int[] tokens) {
    vocabulary.requireStep(tokens, count());
    logits = read(state, tokens.length, tokens);
  }

  @Override
  public void keep(int[] rows) {
    if (rows.length == 0) {
      logits = new float[0][];
      return;
    }
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      state.keep(rows);
    }
    logits = Arrays.stream(rows).mapToObj(row -> logits[row]).toArray(float[][]::new);
  }

  @Override
  public void close() {
    manager.close();
  }
}
