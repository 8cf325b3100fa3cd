package dev.adder;

import dev.adder.adapter.PeftMethod;
import dev.adder.data.Batches;
import dev.adder.data.Task;
import dev.adder.tensor.MachineMemory;
import dev.adder.training.ProgressListener;
import dev.adder.training.TrainingSettings;
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
   * Computes each block's intermediate values anew on the way back instead of keeping them: a third
   * of the memory or less, for up to twice the time.
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
   * <p>An interrupt ends it between two steps. The model keeps the state of the run that was
   * interrupted last, and the same run goes on there, with the result of one that was never
   * interrupted; another run lets go of it.
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
    TrainingRun.Key key = new TrainingRun.Key(method, task, settings, validationsPerRun);
    TrainingRun interrupted = model.interrupted(key);
    return (interrupted == null ? begin(key, available) : interrupted).finish(progress);
  }

  private TrainingRun begin(TrainingRun.Key key, OptionalLong available) {
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
    TrainingRun begun = new TrainingRun(model, key, batches);
    model.keep(begun);
    return begun;
  }
}
