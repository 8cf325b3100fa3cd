package dev.adder;

import dev.adder.adapter.AdaptedModel;
import dev.adder.adapter.DimensionSelection;
import dev.adder.adapter.PeftMethod;
import dev.adder.adapter.TargetReport;
import dev.adder.adapter.WarmUp;
import dev.adder.data.Batches;
import dev.adder.data.Task;
import dev.adder.model.Mamba;
import dev.adder.model.MambaWeights;
import dev.adder.model.WeightSpec;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.MachineMemory;
import dev.adder.training.Objective;
import dev.adder.training.ProgressListener;
import dev.adder.training.TrainingLog;
import dev.adder.training.TrainingLoop;
import dev.adder.training.TrainingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** Training of one method on one task, described word by word; {@link #run} does it. */
public final class TrainingPlan {

  private final PretrainedModel model;
  private final PeftMethod method;
  private final Task task;
  private final TrainingSettings settings;
  private final int validationsPerRun;
  private final ProgressListener progress;

  TrainingPlan(PretrainedModel model, PeftMethod method, Task task) {
    this(model, method, task, TrainingSettings.PAPER, 0, ProgressListener.NONE);
  }

  private TrainingPlan(
      PretrainedModel model,
      PeftMethod method,
      Task task,
      TrainingSettings settings,
      int validationsPerRun,
      ProgressListener progress) {
    this.model = model;
    this.method = method;
    this.task = task;
    this.settings = settings;
    this.validationsPerRun = validationsPerRun;
    this.progress = progress;
  }

  private TrainingPlan with(TrainingSettings changed) {
    return new TrainingPlan(model, method, task, changed, validationsPerRun, progress);
  }

  /** Passes over the training examples; 10 if not said. */
  public TrainingPlan epochs(int value) {
    return with(settings.epochs(value));
  }

  /** Examples per micro-batch; 4 if not said. */
  public TrainingPlan batchSize(int value) {
    return with(settings.batchSize(value));
  }

  /** Micro-batches per optimizer step; 1 if not said. */
  public TrainingPlan accumulation(int value) {
    return with(settings.accumulation(value));
  }

  /** Rate of the first step, falling linearly to 0; 5e-4 if not said. */
  public TrainingPlan learningRate(double value) {
    return with(settings.learningRate(value));
  }

  /** Decoupled weight decay; 0 if not said. */
  public TrainingPlan weightDecay(double value) {
    return with(settings.weightDecay(value));
  }

  /** Feeds data order, initial values and dropout; 42 if not said. */
  public TrainingPlan seed(long value) {
    return with(settings.seed(value));
  }

  /**
   * Computes each block's intermediate values anew on the way back instead of keeping them: less
   * memory for about a third more time.
   */
  public TrainingPlan checkpointing() {
    return with(settings.checkpointing(true));
  }

  /** All settings at once. */
  public TrainingPlan settings(TrainingSettings value) {
    return with(value);
  }

  /** Scores the validation split this many times, evenly over the run; 0 if not said. */
  public TrainingPlan validate(int times) {
    if (times < 0) {
      throw new IllegalArgumentException(
          "validate(%d): give 0 or the number of validations.".formatted(times));
    }
    return new TrainingPlan(model, method, task, settings, times, progress);
  }

  /** Shows progress and time left while it runs. */
  public TrainingPlan watch(ProgressListener listener) {
    return new TrainingPlan(model, method, task, settings, validationsPerRun, listener);
  }

  /**
   * Runs the phases: the warm-up, if the method has one, then the main phase from the pretrained
   * weights anew.
   *
   * @throws IllegalStateException if the longest batch would not fit into memory; before any step
   * @throws dev.adder.adapter.DeadTargetException if a target gets no gradient; before any step
   * @throws dev.adder.training.TrainingInterruptedException if the thread is interrupted
   */
  public TrainedModel run() {
    // The forecast is of the machine's memory, not of a GPU's.
    boolean onGpu = model.placement().device().isGpu();
    return run(onGpu ? OptionalLong.empty() : MachineMemory.available());
  }

  /** Runs the phases if their steps fit into this many bytes. */
  TrainedModel run(OptionalLong available) {
    List<WeightSpec> weights = MambaWeights.of(model.config());
    Batches batches =
        task.within(model.tokens())
            .trainingBatches(model.tokens(), settings.batchSize(), settings.seed());
    Adaptation.forecast(
            model.config(),
            method,
            settings.batchSize(),
            batches.longest(),
            settings.checkpointing())
        .requireFits(available, settings.checkpointing());
    int steps = settings.steps(batches.examples());
    KeyedRandom random = KeyedRandom.of(settings.seed());
    List<TrainingLog> logs = new ArrayList<>();
    List<DimensionSelection> selections =
        method
            .warmUp()
            .map(warmUp -> select(warmUp, batches, steps, random, logs))
            .orElse(List.of());
    AdaptedModel<Mamba> adapted =
        AdaptedModel.attach(
            model.mamba(),
            method.attachments(weights, selections),
            model.manager(),
            random.derive("main"));
    try {
      TargetReport live = probe(adapted, batches, random);
      logs.add(phase("main", adapted, batches, steps, steps, random.derive("main dropout")));
      return new TrainedModel(model, method, task, settings, adapted, live, logs, selections);
    } catch (RuntimeException failure) {
      adapted.close();
      throw failure;
    }
  }

  /** Carries out the first phase and reads what it says; its updates are thrown away. */
  private List<DimensionSelection> select(
      WarmUp warmUp, Batches batches, int steps, KeyedRandom random, List<TrainingLog> logs) {
    int updates = warmUp.updates(settings.epochs(1).steps(batches.examples()));
    KeyedRandom dropout = random.derive("warm-up dropout");
    try (AdaptedModel<Mamba> measured =
        AdaptedModel.attach(
            model.mamba(),
            warmUp.attachments(MambaWeights.of(model.config())),
            model.manager(),
            random.derive("warm-up"))) {
      Objective objective = Objective.nextToken(measured.model(), batches);
      switch (warmUp.kind()) {
        case TRAINING -> logs.add(phase("warm-up", measured, batches, steps, updates, dropout));
        case GRADIENT -> {
          try (TrainingLoop loop = new TrainingLoop(measured.model(), settings, dropout)) {
            loop.probe(objective, updates);
          }
        }
        case NONE -> {}
      }
      return warmUp.select(
          measured.model(),
          () -> TrainingLoop.loss(measured.model(), objective.batch(0)),
          settings.seed());
    }
  }

  private TargetReport probe(AdaptedModel<Mamba> adapted, Batches batches, KeyedRandom random) {
    try (TrainingLoop loop = new TrainingLoop(adapted.model(), settings, random.derive("probe"))) {
      loop.probe(Objective.nextToken(adapted.model(), batches), 1);
    }
    return TargetReport.proven(method, MambaWeights.of(model.config()), adapted);
  }

  private TrainingLog phase(
      String name,
      AdaptedModel<Mamba> adapted,
      Batches batches,
      int totalSteps,
      int stopAfter,
      KeyedRandom random) {
    try (TrainingLoop loop = new TrainingLoop(adapted.model(), settings, random)) {
      int every =
          validationsPerRun == 0 ? Integer.MAX_VALUE : Math.max(1, totalSteps / validationsPerRun);
      progress.begin(method.describe() + ", " + name, Math.min(stopAfter, totalSteps));
      TrainingLog log =
          loop.run(
              name,
              Objective.nextToken(adapted.model(), batches),
              totalSteps,
              stopAfter,
              (step, validations) -> {
                progress.advance(step.step(), String.format(Locale.ROOT, "loss %.3f", step.loss()));
                if (step.step() % every == 0 && name.equals("main")) {
                  double score =
                      Scores.evaluate(
                              adapted.model(), model.tokens(), task, Scores.Split.VALIDATION)
                          .score();
                  validations.accept(new TrainingLog.Validation(step.step(), task.metric(), score));
                }
              });
      progress.end(summary(log));
      return log;
    }
  }

  private static String summary(TrainingLog log) {
    TrainingLog.Step last = log.steps().get(log.steps().size() - 1);
    return String.format(
        Locale.ROOT,
        "%d steps in %.1f s, last loss %.3f",
        last.step(),
        last.seconds(),
        last.loss());
  }
}
