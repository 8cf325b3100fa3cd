package dev.adder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.adder.adapter.PeftMethod;
import dev.adder.data.SyntheticRegression;
import dev.adder.model.DeepS4;
import dev.adder.model.S4Config;
import dev.adder.model.S4Start;
import dev.adder.model.S4Weights;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.TensorOwners;
import dev.adder.tensor.VectorSupport;
import dev.adder.tensor.Workers;
import dev.adder.training.Objective;

/**
 * The paper's synthetic experiment: a frozen deep S4 model, drawn at random, is adapted until its
 * outputs are those of a smaller target, drawn at random too. Closing it frees both.
 */
public final class SyntheticS4 implements AutoCloseable {

  private static final int FROZEN_LAYERS = 4;
  private static final int FROZEN_STATES = 16;
  private static final int TARGET_LAYERS = 1;
  private static final int TARGET_STATES = 8;

  private final SyntheticRegression inputs;
  private final DeepS4 frozen;
  private final DeepS4 target;
  private final NDManager manager;

  private SyntheticS4(SyntheticRegression inputs, DeepS4 frozen, DeepS4 target, NDManager manager) {
    this.inputs = inputs;
    this.frozen = frozen;
    this.target = target;
    this.manager = manager;
  }

  static SyntheticS4 of(SyntheticRegression inputs) {
    return of(
        inputs,
        S4Config.stack(inputs.channels(), FROZEN_LAYERS, FROZEN_STATES),
        S4Config.stack(inputs.channels(), TARGET_LAYERS, TARGET_STATES));
  }

  static SyntheticS4 of(SyntheticRegression inputs, S4Config frozen, S4Config target) {
    requireBare("frozen", frozen, inputs);
    requireBare("target", target, inputs);
    VectorSupport.require();
    Workers.threads();
    NDManager manager = TensorOwners.create();
    KeyedRandom random = KeyedRandom.of(inputs.seed());
    return new SyntheticS4(
        inputs,
        S4Start.RANDOM.model(frozen, DataType.FLOAT32, manager, random.derive("frozen")),
        S4Start.RANDOM.model(target, DataType.FLOAT32, manager, random.derive("target")),
        manager);
  }

  private static void requireBare(String which, S4Config config, SyntheticRegression inputs) {
    if (config.ends().isPresent() || config.dModel() != inputs.channels()) {
      throw new IllegalArgumentException(
          "The %s model has %d channels%s; the experiment needs a bare stack of as many channels as the inputs have, %d."
              .formatted(
                  which,
                  config.dModel(),
                  config.ends().isPresent() ? " and a decoder" : "",
                  inputs.channels()));
    }
  }

  /** Any method as a value, attached to the frozen model; nothing happens before {@code run()}. */
  public S4Plan adapt(PeftMethod method) {
    return new S4Plan(
        new S4Experiment(frozen, manager, adapted -> Objective.regression(adapted, target, inputs)),
        method);
  }

  /** The model that is adapted. */
  public DeepS4 frozen() {
    return frozen;
  }

  /** The model whose outputs are to be reached. */
  public DeepS4 target() {
    return target;
  }

  /** What both read. */
  public SyntheticRegression inputs() {
    return inputs;
  }

  /** Parameters of the frozen model. */
  public long size() {
    return S4Weights.size(frozen.config());
  }

  @Override
  public String toString() {
    return "Deep S4, %d channels: %d layers × %d states towards %d × %d; batches of %d × %d steps"
        .formatted(
            frozen.config().dModel(),
            frozen.config().layers(),
            frozen.config().dState(),
            target.config().layers(),
            target.config().dState(),
            inputs.batch(),
            inputs.length());
  }

  @Override
  public void close() {
    manager.close();
  }
}
