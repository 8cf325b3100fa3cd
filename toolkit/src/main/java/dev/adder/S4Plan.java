package dev.adder;

import dev.adder.adapter.AdaptedModel;
import dev.adder.adapter.DimensionSelection;
import dev.adder.adapter.PeftMethod;
import dev.adder.adapter.TargetReport;
import dev.adder.adapter.WarmUp;
import dev.adder.model.DeepS4;
import dev.adder.model.S4Weights;
import dev.adder.tensor.KeyedRandom;
import dev.adder.training.Objective;
import dev.adder.training.ProgressListener;
import dev.adder.training.TrainingLog;
import dev.adder.training.TrainingLoop;
import dev.adder.training.TrainingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A method attached to the frozen model of a {@link SyntheticS4} experiment or of a {@link
 * SequenceClassifier}, and its training, described word by word; {@link #run} does it. The frozen
 * model is untouched.
 */
public final class S4Plan {

  private static final int PAPER_STEPS = 500;

  private final S4Experiment experiment;
  private final PeftMethod method;
  private final TargetReport parameters;
  private final int steps;
  private final TrainingSettings settings;
  private final ProgressListener progress;

  S4Plan(S4Experiment experiment, PeftMethod method) {
    this(
        experiment,
        method,
        TargetReport.of(method, experiment.frozen().specs()),
        PAPER_STEPS,
        TrainingSettings.S4,
        ProgressListener.NONE);
  }

  private S4Plan(
      S4Experiment experiment,
      PeftMethod method,
      TargetReport parameters,
      int steps,
      TrainingSettings settings,
      ProgressListener progress) {
    this.experiment = experiment;
    this.method = method;
    this.parameters = parameters;
    this.steps = steps;
    this.settings = settings;
    this.progress = progress;
  }

  private S4Plan with(TrainingSettings changed) {
    return new S4Plan(experiment, method, parameters, steps, changed, progress);
  }

  /** What is trained and what stays frozen, tensor by tensor. */
  public TargetReport parameters() {
    return parameters;
  }

  /** Number of parameters that training moves. */
  public long trainedParameters() {
    return parameters.trained();
  }

  /** Optimizer steps, each on a fresh batch; 500 if not said. */
  public S4Plan steps(int count) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "steps(%d): give at least 1; the paper makes 500.".formatted(count));
    }
    return new S4Plan(experiment, method, parameters, count, settings, progress);
  }

  /** Rate of all steps; 0.005 if not said. */
  public S4Plan learningRate(double value) {
    return with(settings.learningRate(value));
  }

  /** Decoupled weight decay; 0.01 if not said. */
  public S4Plan weightDecay(double value) {
    return with(settings.weightDecay(value));
  }

  /** Batches per optimizer step; 1 if not said. Less memory than one batch of all of them. */
  public S4Plan accumulation(int batches) {
    return with(settings.accumulation(batches));
  }

  /** Feeds initial values of updates and the choice at random; 123 if not said. */
  public S4Plan seed(long value) {
    return with(settings.seed(value));
  }

  /** Shows progress while it runs. */
  public S4Plan watch(ProgressListener listener) {
    return new S4Plan(experiment, method, parameters, steps, settings, listener);
  }

  /**
   * Runs the phases: the warm-up, if the method has one, then the main phase from the frozen model
   * anew.
   *
   * @throws dev.adder.adapter.DeadTargetException if a target gets no gradient; before any step
   * @throws dev.adder.training.TrainingInterruptedException if the thread is interrupted
   */
  public TrainedS4 run() {
    KeyedRandom random = KeyedRandom.of(settings.seed());
    List<TrainingLog> logs = new ArrayList<>();
    List<DimensionSelection> selections =
        method.warmUp().map(warmUp -> select(warmUp, random, logs)).orElse(List.of());
    AdaptedModel<DeepS4> adapted =
        AdaptedModel.attach(
            experiment.frozen(),
            method.attachments(experiment.frozen().specs(), selections),
            experiment.manager(),
            random.derive("main"));
    try {
      TargetReport live = probe(adapted, random);
      logs.add(phase("main", adapted.model(), settings, steps, random));
      return new TrainedS4(method, settings, adapted, live, logs, selections);
    } catch (RuntimeException failure) {
      adapted.close();
      throw failure;
    }
  }

  private Objective objective(DeepS4 model) {
    return experiment.objective().apply(model);
  }

  private TargetReport probe(AdaptedModel<DeepS4> adapted, KeyedRandom random) {
    try (TrainingLoop loop = new TrainingLoop(adapted.model(), settings, random)) {
      loop.probe(objective(adapted.model()), 1);
    }
    return TargetReport.proven(method, experiment.frozen().specs(), adapted);
  }

  /** Carries out the first phase and reads what it says; its updates are thrown away. */
  private List<DimensionSelection> select(
      WarmUp warmUp, KeyedRandom random, List<TrainingLog> logs) {
    TrainingSettings first =
        settings.learningRate(warmUp.learningRate().orElse(settings.learningRate()));
    int updates = warmUp.updates(steps);
    try (AdaptedModel<DeepS4> measured =
        AdaptedModel.attach(
            experiment.frozen(),
            warmUp.attachments(experiment.frozen().specs()),
            experiment.manager(),
            random.derive("warm-up"))) {
      DeepS4 model = measured.model();
      switch (warmUp.kind()) {
        case TRAINING -> logs.add(phase("warm-up", model, first, updates, random));
        case GRADIENT -> {
          try (TrainingLoop loop = new TrainingLoop(model, first, random)) {
            loop.probe(objective(model), updates);
          }
        }
        case NONE -> {}
      }
      Objective.Batch batch = objective(model).batch(0);
      return warmUp.select(model, () -> TrainingLoop.loss(model, batch), settings.seed());
    }
  }

  private TrainingLog phase(
      String name, DeepS4 model, TrainingSettings with, int count, KeyedRandom random) {
    try (TrainingLoop loop = new TrainingLoop(model, with, random.derive(name))) {
      progress.begin(method.describe() + ", " + name, count);
      TrainingLog log =
          loop.run(
              name,
              objective(model),
              count,
              count,
              (step, validations) ->
                  progress.advance(
                      step.step(), String.format(Locale.ROOT, "loss %.3f", step.loss())));
      TrainingLog.Step last = log.steps().get(log.steps().size() - 1);
      progress.end(
          String.format(
              Locale.ROOT,
              "%d steps in %.1f s, last loss %.3f",
              last.step(),
              last.seconds(),
              last.loss()));
      return log;
    }
  }

  @Override
  public String toString() {
    return "%s: %,d parameters trained on a model of %,d"
        .formatted(
            method.describe(), parameters.trained(), S4Weights.size(experiment.frozen().config()));
  }
}
