package dev.adder.benchmarks.work;

import ai.djl.ndarray.NDManager;
import dev.adder.adapter.AdaptedModel;
import dev.adder.adapter.PeftMethod;
import dev.adder.data.TokenBatch;
import dev.adder.model.Checkpoint;
import dev.adder.model.Mamba;
import dev.adder.model.MambaConfig;
import dev.adder.tensor.KeyedRandom;
import dev.adder.training.Objective;
import dev.adder.training.TrainingLoop;
import dev.adder.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;

/** A training step: forward, loss at every position, backward, clip, AdamW. */
final class TrainingWork implements Work {

  private static final TrainingSettings SETTINGS = TrainingSettings.PAPER.learningRate(1e-4);

  private final NDManager manager;
  private final AdaptedModel<Mamba> adapted;
  private final TrainingLoop loop;
  private final TokenBatch batch;
  private double loss;

  private TrainingWork(Mamba model, NDManager manager, Task task) {
    this.manager = manager;
    MambaConfig config = model.config();
    PeftMethod method = Methods.of(task.variant(), config);
    adapted =
        AdaptedModel.attach(
            model,
            method.attachments(
                model.weights().stream().map(weight -> weight.spec()).toList(),
                Methods.selections(config)),
            manager,
            KeyedRandom.of(2));
    loop = new TrainingLoop(adapted.model(), SETTINGS, KeyedRandom.of(4));
    batch = Given.batch(task.batch(), task.length(), config.vocabSize());
  }

  static TrainingWork open(Task task) throws IOException {
    NDManager manager = NDManager.newBaseManager("PyTorch");
    return new TrainingWork(Checkpoint.load(Path.of(task.folder()), manager), manager, task);
  }

  @Override
  public double run() {
    loop.run(
        "step",
        Objective.nextToken(adapted.model(), i -> batch),
        1,
        1,
        (step, log) -> loss = step.loss());
    return loss;
  }

  @Override
  public long trained() {
    return adapted.model().trained().stream()
        .mapToLong(parameter -> parameter.getArray().size())
        .sum();
  }

  @Override
  public void close() {
    adapted.close();
    manager.close();
  }
}
