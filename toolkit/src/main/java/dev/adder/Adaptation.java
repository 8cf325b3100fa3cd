package dev.adder;

import dev.adder.adapter.PeftMethod;
import dev.adder.adapter.TargetReport;
import dev.adder.data.Task;
import dev.adder.model.MambaConfig;
import dev.adder.model.MambaWeights;
import dev.adder.model.WeightSpec;
import dev.adder.tensor.MachineMemory;
import dev.adder.training.MemoryForecast;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A method attached to a model: its targets are found and checked, its parameters counted. The
 * model itself is untouched; every training starts from it anew.
 */
public final class Adaptation {

  private final PretrainedModel model;
  private final PeftMethod method;
  private final TargetReport parameters;

  Adaptation(PretrainedModel model, PeftMethod method) {
    this.model = model;
    this.method = method;
    List<WeightSpec> weights = MambaWeights.of(model.config());
    parameters = TargetReport.of(method, weights);
  }

  /**
   * This method and another at once: {@code model.sdt(16, 4).and(Lora.of(8, "out_proj").dora())}.
   *
   * @throws IllegalArgumentException if both change one weight, or both need a warm-up
   */
  public Adaptation and(PeftMethod other) {
    return new Adaptation(model, method.and(other));
  }

  /** The method as a value. */
  public PeftMethod method() {
    return method;
  }

  /** What is trained and what stays frozen, tensor by tensor. */
  public TargetReport parameters() {
    return parameters;
  }

  /** Number of parameters that training moves. */
  public long trainedParameters() {
    return parameters.trained();
  }

  /**
   * What a training step will cost: memory, counted, and time, of a few steps on random tokens that
   * are thrown away.
   *
   * @param batch sequences of a micro-batch
   * @param length tokens of its longest sequence
   */
  public StepForecast forecast(int batch, int length) {
    return forecast(batch, length, false);
  }

  /** The same with or without {@link TrainingPlan#checkpointing}. */
  public StepForecast forecast(int batch, int length, boolean checkpointing) {
    MemoryForecast memory = forecast(model.config(), method, batch, length, checkpointing);
    return new StepForecast(
        memory,
        memory.fits(MachineMemory.available())
            ? OptionalDouble.of(StepTime.of(model, method, batch, length, checkpointing))
            : OptionalDouble.empty());
  }

  /** Of the phase that needs more: a method with a warm-up trains other tensors in it. */
  static MemoryForecast forecast(
      MambaConfig config, PeftMethod method, int batch, int length, boolean checkpointing) {
    List<WeightSpec> weights = MambaWeights.of(config);
    MemoryForecast main =
        MemoryForecast.of(
            config, method.attachments(weights, List.of()), batch, length, checkpointing);
    return method
        .warmUp()
        .map(
            warmUp ->
                MemoryForecast.of(
                    config, warmUp.attachments(weights), batch, length, checkpointing))
        .filter(first -> first.neededBytes() > main.neededBytes())
        .orElse(main);
  }

  /** Training on a task, to be told how; nothing happens before {@code run()}. */
  public TrainingPlan train(Task task) {
    return new TrainingPlan(model, method, task);
  }

  @Override
  public String toString() {
    return "%s: %,d of %,d parameters trained"
        .formatted(
            method.describe(), parameters.trained(), parameters.trained() + parameters.frozen());
  }
}
