package dev.adder;

import dev.adder.adapter.AdaptedModel;
import dev.adder.adapter.DimensionSelection;
import dev.adder.adapter.PeftMethod;
import dev.adder.adapter.TargetReport;
import dev.adder.model.DeepS4;
import dev.adder.model.S4Checkpoint;
import dev.adder.training.TrainingLog;
import dev.adder.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A deep S4 model after training, with what was measured on the way. Closing frees its updates. */
public final class TrainedS4 implements AutoCloseable {

  private final PeftMethod method;
  private final TrainingSettings settings;
  private final AdaptedModel<DeepS4> adapted;
  private final TargetReport parameters;
  private final List<TrainingLog> logs;
  private final List<DimensionSelection> selection;

  TrainedS4(
      PeftMethod method,
      TrainingSettings settings,
      AdaptedModel<DeepS4> adapted,
      TargetReport parameters,
      List<TrainingLog> logs,
      List<DimensionSelection> selection) {
    this.method = method;
    this.settings = settings;
    this.adapted = adapted;
    this.parameters = parameters;
    this.logs = List.copyOf(logs);
    this.selection = List.copyOf(selection);
  }

  /**
   * The smallest loss of any step, which is what the paper's figure shows; there is no held-out
   * set.
   */
  public double best() {
    return log().steps().stream().mapToDouble(TrainingLog.Step::loss).min().orElseThrow();
  }

  /** The log of the main phase. */
  public TrainingLog log() {
    return logs.get(logs.size() - 1);
  }

  /** The logs of all phases, the warm-up first where there is one. */
  public List<TrainingLog> logs() {
    return logs;
  }

  /** Chosen channels and states per layer; empty for a method that chooses none. */
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
  public DeepS4 model() {
    return adapted.model();
  }

  /**
   * Saves the model with its updates merged in.
   *
   * @param folder made if need be
   */
  public void saveMerged(Path folder) throws IOException {
    S4Checkpoint.save(model(), folder);
  }

  @Override
  public void close() {
    adapted.close();
  }
}
