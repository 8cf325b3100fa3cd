package dev.adder;

import ai.djl.ndarray.NDManager;
import dev.adder.adapter.PeftMethod;
import dev.adder.data.Task;
import dev.adder.data.Tokens;
import dev.adder.evaluation.Evaluation;
import dev.adder.model.Mamba;
import dev.adder.model.MambaConfig;
import dev.adder.model.MambaWeights;
import java.util.List;
import java.util.Locale;

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

  PretrainedModel(String name, String fingerprint, Mamba mamba, Tokens tokens, NDManager manager) {
    this.name = name;
    this.fingerprint = fingerprint;
    this.mamba = mamba;
    this.tokens = tokens;
    this.manager = manager;
  }

  /** Low-rank adaptation, to be told where: {@code lora().rank(8).on("in_proj")}. */
  public LoraStep lora() {
    return new LoraStep(this);
  }

  /** Any method as a value. */
  public Adaptation adapt(PeftMethod method) {
    return new Adaptation(this, method);
  }

  /** Scores the model as it is on a task's test split. */
  public Evaluation evaluate(Task task) {
    return Scores.evaluate(mamba, tokens, task, Scores.Split.TEST);
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

  NDManager manager() {
    return manager;
  }

  @Override
  public String toString() {
    MambaConfig c = config();
    return String.format(
        Locale.ROOT,
        "Mamba \"%s\": %,d parameters, %d blocks, d_model %d, d_inner %d, d_state %d, vocabulary %d, weights %s…",
        name,
        MambaWeights.size(c),
        c.layers(),
        c.dModel(),
        c.dInner(),
        c.dState(),
        c.vocabSize(),
        fingerprint.substring(0, 12));
  }

  @Override
  public void close() {
    manager.close();
  }
}
