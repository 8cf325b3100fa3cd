package dev.adder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.adder.adapter.PeftMethod;
import dev.adder.data.SequenceBatch;
import dev.adder.data.SequenceBatches;
import dev.adder.data.SequenceTask;
import dev.adder.evaluation.Accuracy;
import dev.adder.evaluation.Evaluation;
import dev.adder.model.DeepS4;
import dev.adder.model.S4Config;
import dev.adder.model.S4Start;
import dev.adder.model.S4Weights;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Tape;
import dev.adder.tensor.VectorSupport;
import dev.adder.tensor.Workers;
import dev.adder.training.Objective;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * A deep S4 model that classifies raw sequences: encoder, layers, mean over time, linear decoder.
 * It begins from random weights, or from those of a model trained before. Closing it frees it.
 */
public final class SequenceClassifier implements AutoCloseable {

  private final SequenceBatches batches;
  private final DeepS4 model;
  private final NDManager manager;

  private SequenceClassifier(SequenceBatches batches, DeepS4 model, NDManager manager) {
    this.batches = batches;
    this.model = model;
    this.manager = manager;
  }

  static SequenceClassifier of(SequenceBatches batches) {
    SequenceTask task = batches.task();
    return of(batches, S4Config.classifier(task.channels(), task.classes().size()));
  }

  static SequenceClassifier of(SequenceBatches batches, S4Config config) {
    requireFit(config, batches.task());
    VectorSupport.require();
    Workers.threads();
    NDManager manager = NDManager.newBaseManager("PyTorch");
    KeyedRandom random = KeyedRandom.of(batches.seed()).derive("frozen");
    DeepS4 model = S4Start.LINEAR.model(config, DataType.FLOAT32, manager, random);
    return new SequenceClassifier(batches, model, manager);
  }

  private static void requireFit(S4Config config, SequenceTask task) {
    S4Config.Ends wanted = new S4Config.Ends(task.channels(), task.classes().size());
    if (!config.ends().equals(java.util.Optional.of(wanted))) {
      throw new IllegalArgumentException(
          "%s has %d numbers per step and %d classes; the model has %s. Give it the ends of the task, as S4Config.classifier(%d, %d) does."
              .formatted(
                  task.name(),
                  wanted.inputs(),
                  wanted.classes(),
                  config
                      .ends()
                      .map(ends -> ends.inputs() + " and " + ends.classes())
                      .orElse("no encoder and decoder"),
                  wanted.inputs(),
                  wanted.classes()));
    }
  }

  /** Any method as a value, attached to the model; nothing happens before {@code run()}. */
  public S4Plan adapt(PeftMethod method) {
    return new S4Plan(
        new S4Experiment(model, manager, adapted -> Objective.classification(adapted, batches)),
        method);
  }

  /** The model as it is, without updates. */
  public DeepS4 model() {
    return model;
  }

  /** What is trained on. */
  public SequenceBatches batches() {
    return batches;
  }

  /** Parameters of the model. */
  public long size() {
    return S4Weights.size(model.config());
  }

  /** Accuracy of the model as it is on the test split. */
  public Evaluation evaluate() {
    return evaluate(model);
  }

  /** Accuracy of a trained model on the test split. */
  public Evaluation evaluate(TrainedS4 trained) {
    return evaluate(trained.model());
  }

  private Evaluation evaluate(DeepS4 asked) {
    SequenceTask task = batches.task();
    List<Integer> answers = new ArrayList<>();
    List<Integer> gold = new ArrayList<>();
    for (SequenceBatch batch : SequenceBatches.inOrder(task, task.test(), batches.batch())) {
      if (Thread.interrupted()) {
        throw new CancellationException(
            "Scoring was interrupted after %d of %d sequences."
                .formatted(answers.size(), task.test().size()));
      }
      for (long answer : answers(asked, batch)) {
        answers.add(Math.toIntExact(answer));
      }
      for (int label : batch.labels()) {
        gold.add(label);
      }
    }
    return Evaluation.ofClasses(task.name(), List.of(new Accuracy()), answers, gold);
  }

  private static long[] answers(DeepS4 asked, SequenceBatch batch) {
    try (NDManager owner = asked.manager().newSubManager();
        NDScope scope = new NDScope();
        Tape tape = Tape.inference()) {
      scope.suppressNotUsedWarning();
      Shape shape = new Shape(batch.batch(), batch.length(), batch.channels());
      return asked
          .forward(tape, RawTensor.create(owner, batch.values(), shape))
          .argMax(1)
          .toLongArray();
    }
  }

  @Override
  public String toString() {
    S4Config config = model.config();
    return "Deep S4 on %s: %,d parameters, %d layers of %d channels and %d states; batches of %d × %d steps"
        .formatted(
            batches.task().name(),
            size(),
            config.layers(),
            config.dModel(),
            config.dState(),
            batches.batch(),
            batches.task().length());
  }

  @Override
  public void close() {
    manager.close();
  }
}
