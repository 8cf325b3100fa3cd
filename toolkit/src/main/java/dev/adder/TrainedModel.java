package dev.adder;

import dev.adder.adapter.AdaptedModel;
import dev.adder.adapter.AdapterFile;
import dev.adder.adapter.DimensionSelection;
import dev.adder.adapter.PeftMethod;
import dev.adder.adapter.TargetReport;
import dev.adder.data.Task;
import dev.adder.evaluation.BeamSearch;
import dev.adder.evaluation.Decoding;
import dev.adder.evaluation.Evaluation;
import dev.adder.model.Mamba;
import dev.adder.training.TrainingLog;
import dev.adder.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A model after training, with what was measured on the way. Closing it frees its updates. */
public final class TrainedModel implements AutoCloseable {

  private final PretrainedModel pretrained;
  private final PeftMethod method;
  private final Task task;
  private final TrainingSettings settings;
  private final AdaptedModel<Mamba> adapted;
  private final TargetReport parameters;
  private final List<TrainingLog> logs;
  private final List<DimensionSelection> selection;

  TrainedModel(
      PretrainedModel pretrained,
      PeftMethod method,
      Task task,
      TrainingSettings settings,
      AdaptedModel<Mamba> adapted,
      TargetReport parameters,
      List<TrainingLog> logs,
      List<DimensionSelection> selection) {
    this.pretrained = pretrained;
    this.method = method;
    this.task = task;
    this.settings = settings;
    this.adapted = adapted;
    this.parameters = parameters;
    this.logs = List.copyOf(logs);
    this.selection = List.copyOf(selection);
  }

  /** Scores the test split by the task's own metrics; texts are written as in the paper. */
  public Evaluation evaluate() {
    return evaluate(BeamSearch.PAPER);
  }

  /** Scores the test split; texts are written this way. */
  public Evaluation evaluate(Decoding decoding) {
    return scores(Scores.Split.TEST, decoding);
  }

  /** Scores the validation split; texts are written as in the paper. */
  public Evaluation validate() {
    return validate(BeamSearch.PAPER);
  }

  /** Scores the validation split; texts are written this way. */
  public Evaluation validate(Decoding decoding) {
    return scores(Scores.Split.VALIDATION, decoding);
  }

  private Evaluation scores(Scores.Split split, Decoding decoding) {
    return Scores.evaluate(mamba(), pretrained.tokens(), task, split, decoding);
  }

  /** Writes on from a text: {@code generate("Maria gave").maxNewTokens(20).run()}. */
  public Generation<String> generate(String prompt) {
    return Generation.one(mamba(), pretrained.tokens(), prompt);
  }

  /** Writes on from several texts side by side. */
  public Generation<List<String>> generate(List<String> prompts) {
    return Generation.several(mamba(), pretrained.tokens(), prompts);
  }

  /** The log of the main phase. */
  public TrainingLog log() {
    return logs.get(logs.size() - 1);
  }

  /** The logs of all phases, the warm-up first where there is one. */
  public List<TrainingLog> logs() {
    return logs;
  }

  /** Chosen channels and states per block; empty for a method that chooses none. */
  public List<DimensionSelection> selection() {
    return selection;
  }

  /** What was trained, with the gradient that proved every target live before the first step. */
  public TargetReport parameters() {
    return parameters;
  }

  public PeftMethod method() {
    return method;
  }

  public TrainingSettings settings() {
    return settings;
  }

  /** The trained model, as a DJL block. */
  public Mamba mamba() {
    return adapted.model();
  }

  /**
   * Saves the adapter alone, in the layout of Hugging Face PEFT: {@link PretrainedModel#adapter}
   * reads it.
   *
   * @param folder made if need be
   */
  public void save(Path folder) throws IOException {
    new AdapterFile(method, selection, pretrained.fingerprint())
        .save(adapted, pretrained.name(), folder);
  }

  /** The adapter as part of the weights, and by how much that changes what the model says. */
  public MergedModel merge() {
    return MergedModel.of(mamba(), pretrained.tokens());
  }

  /**
   * Saves the model with its updates merged in, in the Hugging Face layout.
   *
   * @param folder made if need be
   */
  public void saveMerged(Path folder) throws IOException {
    try (MergedModel merged = merge()) {
      merged.save(folder);
    }
  }

  @Override
  public void close() {
    adapted.close();
  }
}
