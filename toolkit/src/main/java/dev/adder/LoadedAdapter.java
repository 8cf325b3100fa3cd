package dev.adder;

import dev.adder.adapter.AdaptedModel;
import dev.adder.adapter.AdapterFile;
import dev.adder.adapter.DimensionSelection;
import dev.adder.adapter.PeftMethod;
import dev.adder.data.Task;
import dev.adder.evaluation.Evaluation;
import dev.adder.model.Mamba;
import java.nio.file.Path;
import java.util.List;

/**
 * An adapter that was read from a folder, with its model. The base model is untouched; closing it
 * frees the adapter.
 */
public final class LoadedAdapter implements AutoCloseable {

  private final PretrainedModel pretrained;
  private final Path folder;
  private final AdapterFile file;
  private final AdaptedModel<Mamba> adapted;

  LoadedAdapter(PretrainedModel pretrained, Path folder, AdapterFile.Loaded<Mamba> loaded) {
    this.pretrained = pretrained;
    this.folder = folder;
    file = loaded.file();
    adapted = loaded.adapted();
  }

  /** The method it was trained by. */
  public PeftMethod method() {
    return file.method();
  }

  /** Chosen channels and states per block; empty for a method that chooses none. */
  public List<DimensionSelection> selection() {
    return file.selections();
  }

  /** The adapted model, as a DJL block. */
  public Mamba mamba() {
    return adapted.model();
  }

  /** Scores the test split of a task. */
  public Evaluation evaluate(Task task) {
    return Scores.evaluate(mamba(), pretrained.tokens(), task, Scores.Split.TEST);
  }

  /** Writes on from a text: {@code generate("Maria gave").maxNewTokens(20).run()}. */
  public Generation<String> generate(String prompt) {
    return Generation.one(mamba(), pretrained.tokens(), prompt);
  }

  /** The adapter as part of the weights, and by how much that changes what the model says. */
  public MergedModel merge() {
    return MergedModel.of(mamba(), pretrained.tokens());
  }

  @Override
  public String toString() {
    return "%s on \"%s\", from %s".formatted(method().describe(), pretrained.name(), folder);
  }

  @Override
  public void close() {
    adapted.close();
  }
}
