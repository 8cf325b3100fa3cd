package dev.adder;

import ai.djl.ndarray.NDManager;
import dev.adder.adapter.AdapterFile;
import dev.adder.adapter.AdditionalScan;
import dev.adder.adapter.AffixTuning;
import dev.adder.adapter.BitFit;
import dev.adder.adapter.FullFineTuning;
import dev.adder.adapter.InitialStateTuning;
import dev.adder.adapter.PartialTuning;
import dev.adder.adapter.PeftMethod;
import dev.adder.adapter.PrefixTuning;
import dev.adder.adapter.PromptTuning;
import dev.adder.adapter.Sdt;
import dev.adder.adapter.Share;
import dev.adder.adapter.StateOffset;
import dev.adder.data.Example;
import dev.adder.data.ExampleView;
import dev.adder.data.Task;
import dev.adder.data.Tokens;
import dev.adder.evaluation.BeamSearch;
import dev.adder.evaluation.Decoding;
import dev.adder.evaluation.Evaluation;
import dev.adder.model.Mamba;
import dev.adder.model.MambaConfig;
import dev.adder.model.MambaWeights;
import dev.adder.model.Placement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A pretrained model with its tokenizer. It is never changed: adapting makes a second model over
 * the same tensors. Closing it frees the native memory of both.
 */
public final class PretrainedModel implements AutoCloseable {

  private final String name;
  private final String fingerprint;
  private final Mamba mamba;
  private final Tokens tokens;
  private final NDManager manager;
  private final Placement placement;

  /** A run that was interrupted, or is under way. */
  private @Nullable TrainingRun run;

  PretrainedModel(
      String name,
      String fingerprint,
      Mamba mamba,
      Tokens tokens,
      NDManager manager,
      Placement placement) {
    this.name = name;
    this.fingerprint = fingerprint;
    this.mamba = mamba;
    this.tokens = tokens;
    this.manager = manager;
    this.placement = placement;
  }

  /**
   * An example as this model reads it: as text, as its tokens, and as labels of which only the
   * answer's count.
   */
  public ExampleView view(Task task, Example example) {
    return task.view(example, tokens);
  }

  /** Low-rank adaptation, to be told where: {@code lora().rank(8).on("in_proj")}. */
  public LoraStep lora() {
    return new LoraStep(this);
  }

  /** All weights are trained. */
  public Adaptation fullFineTuning() {
    return adapt(new FullFineTuning());
  }

  /**
   * These weights, or parts of weights, are trained whole: {@code partial("A_log", "x_proj.B")}.
   */
  public Adaptation partial(String... targets) {
    return adapt(PartialTuning.of(targets));
  }

  /** The biases are trained. */
  public Adaptation bitFit() {
    return adapt(new BitFit());
  }

  /** So many learned embeddings before every sequence. */
  public Adaptation promptTuning(int tokens) {
    return adapt(new PromptTuning(tokens, false));
  }

  /** So many learned vectors before the sequence in every block. */
  public Adaptation prefixTuning(int tokens) {
    return adapt(PrefixTuning.of(tokens));
  }

  /** A learned state before the first token in every block. */
  public Adaptation initialState() {
    return adapt(new InitialStateTuning(false));
  }

  /** So many further states in every SSM. */
  public Adaptation additionalScan(int states) {
    return adapt(AdditionalScan.of(states));
  }

  /** So many learned vectors before every SSM. */
  public Adaptation affixTuning(int tokens) {
    return adapt(new AffixTuning(tokens));
  }

  /** A learned matrix is added to every state where it is read. */
  public Adaptation stateOffset() {
    return adapt(StateOffset.ofState());
  }

  /** A learned vector is added to every SSM's output. */
  public Adaptation outputOffset() {
    return adapt(StateOffset.ofOutput());
  }

  /** Some channels, and some states of each, of every SSM: {@code sdt(16, 4)}. */
  public Adaptation sdt(int channels, int states) {
    return adapt(Sdt.of(Share.count(channels), Share.count(states)));
  }

  /**
   * An adapter from a folder: one that {@link TrainedModel#save} has written, or a LoRA or DoRA of
   * Hugging Face PEFT.
   *
   * @throws IOException if it is missing, damaged, or of another model
   */
  public LoadedAdapter adapter(Path folder) throws IOException {
    return new LoadedAdapter(this, folder, AdapterFile.load(folder, mamba, fingerprint, manager));
  }

  /** Any method as a value. */
  public Adaptation adapt(PeftMethod method) {
    return new Adaptation(this, method);
  }

  /**
   * Scores the model as it is on a task's test split by the task's metrics; texts are written as in
   * the paper.
   */
  public Evaluation evaluate(Task task) {
    return evaluate(task, BeamSearch.PAPER);
  }

  /** Scores the model as it is on a task's test split; texts are written this way. */
  public Evaluation evaluate(Task task, Decoding decoding) {
    return Scores.evaluate(mamba, tokens, task, Scores.Split.TEST, decoding);
  }

  /** Writes on from a text: {@code generate("Maria gave").maxNewTokens(20).run()}. */
  public Generation<String> generate(String prompt) {
    return Generation.one(mamba, tokens, prompt);
  }

  /** Writes on from several texts side by side. */
  public Generation<List<String>> generate(List<String> prompts) {
    return Generation.several(mamba, tokens, prompts);
  }

  public String name() {
    return name;
  }

  /** SHA-256 of the weights. */
  public String fingerprint() {
    return fingerprint;
  }

  public MambaConfig config() {
    return mamba.config();
  }

  public Tokens tokens() {
    return tokens;
  }

  /** The model itself, as a DJL block. */
  public Mamba mamba() {
    return mamba;
  }

  /** Where its tensors lie, and in which type. */
  public Placement placement() {
    return placement;
  }

  NDManager manager() {
    return manager;
  }

  /**
   * Takes up the run that was interrupted, if it is this one; else null, and another one that was
   * interrupted is let go of.
   */
  synchronized @Nullable TrainingRun interrupted(TrainingRun.Key key) {
    if (run == null || run.isUnderWay()) {
      return null;
    }
    TrainingRun last = run;
    if (!last.is(key)) {
      last.close();
      run = null;
      return null;
    }
    return last.takeUp();
  }

  /** Keeps a run, so that it can go on after an interrupt; of several at once only the first. */
  synchronized void keep(TrainingRun begun) {
    if (run == null) {
      run = begun;
    }
  }

  synchronized boolean keeps(TrainingRun other) {
    return run == other;
  }

  /** There is nothing to go on with any more. */
  synchronized void forget(TrainingRun ended) {
    if (run == ended) {
      run = null;
    }
  }

  @Override
  public String toString() {
    MambaConfig c = config();
    return String.format(
        Locale.ROOT,
        "Mamba \"%s\": %,d parameters, %d blocks, d_model %d, d_inner %d, d_state %d, vocabulary"
            + " %d%s, weights %s…",
        name,
        MambaWeights.size(c),
        c.layers(),
        c.dModel(),
        c.dInner(),
        c.dState(),
        c.vocabSize(),
        placement.equals(Placement.cpu()) ? "" : ", " + placement,
        fingerprint.substring(0, 12));
  }

  @Override
  public void close() {
    if (run != null) {
      run.close();
      run = null;
    }
    manager.close();
  }
}
