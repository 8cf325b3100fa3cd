package dev.adder.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.nn.Parameter;
import dev.adder.model.StateSpaceModel;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.Scaling;
import dev.adder.tensor.Tape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/**
 * Trains what is attached to a model: forward, loss, backward, clip, AdamW, linear decay to 0.
 *
 * <p>The loss of a step is the mean over all its terms (label tokens, for a language model),
 * whatever micro-batch they are in, so that accumulating k batches of b equals one batch of k·b.
 */
public final class TrainingLoop implements AutoCloseable {

  private final StateSpaceModel<?> model;
  private final TrainingSettings settings;
  private final KeyedRandom random;
  private final AdamW optimizer;
  private final List<TrainingLog.Step> steps = new ArrayList<>();
  private final List<TrainingLog.Validation> validations = new ArrayList<>();

  /** Steps of the call that was interrupted last; 0 if it came to its end. */
  private int done;

  /** Of these, the steps that {@code afterStep} was told of. */
  private int told;

  /**
   * @param model with at least one update attached
   * @param random where dropout comes from
   */
  public TrainingLoop(StateSpaceModel<?> model, TrainingSettings settings, KeyedRandom random) {
    List<Parameter> trained = model.trained();
    if (trained.isEmpty()) {
      throw new IllegalArgumentException(
          "Nothing is trained: the model has no updates. Attach a method first.");
    }
    this.model = model;
    this.settings = settings;
    this.random = random;
    optimizer = new AdamW(trained, model.rateFactors(), settings.weightDecay());
  }

  /**
   * Runs the phase. After an interrupt the same call goes on where it stopped: all comes out as if
   * it had not been interrupted. A call after one that came to its end begins at the first step.
   *
   * @param phase its name in the log
   * @param objective what is made small; its batches are a pure function of their index
   * @param totalSteps steps over which the rate follows its schedule
   * @param stopAfter steps to make, at most {@code totalSteps}
   * @param afterStep told of every step once its update is made; may validate
   * @return the log of the phase
   * @throws TrainingInterruptedException if the thread is interrupted; the step under way is
   *     finished
   */
  public TrainingLog run(
      String phase, Objective objective, int totalSteps, int stopAfter, AfterStep afterStep) {
    double before = done == 0 ? 0 : steps.get(steps.size() - 1).seconds();
    long start = System.nanoTime();
    while (done < Math.min(stopAfter, totalSteps)) {
      tell(phase, afterStep);
      if (Thread.interrupted()) {
        throw new TrainingInterruptedException(log(phase));
      }
      int step = done + 1;
      double loss = accumulate(objective, step);
      requireFinite(loss, step);
      double rate = settings.schedule().rate(settings.learningRate(), step, totalSteps);
      double norm = optimizer.step(rate, settings.clipNorm());
      double seconds = before + (System.nanoTime() - start) * 1e-9;
      steps.add(new TrainingLog.Step(step, loss, rate, norm, seconds));
      done = step;
    }
    tell(phase, afterStep);
    done = 0;
    told = 0;
    return log(phase);
  }

  /** A step of which nobody was told, since its validation was interrupted, is told of again. */
  private void tell(String phase, AfterStep afterStep) {
    if (told < done) {
      try {
        afterStep.accept(steps.get(steps.size() - 1), validations::add);
      } catch (CancellationException interrupted) {
        throw new TrainingInterruptedException(log(phase));
      }
      told = done;
    }
  }

  /** Told of every step; hands validations to the log. */
  @FunctionalInterface
  public interface AfterStep {
    void accept(TrainingLog.Step step, Consumer<TrainingLog.Validation> log);
  }

  /**
   * The summed gradient of the first steps' batches, left on the leaves, without moving anything.
   *
   * @param steps at least 1
   */
  public void probe(Objective objective, int steps) {
    for (int step = 1; step <= steps; step++) {
      if (Thread.interrupted()) {
        throw new TrainingInterruptedException(log("probe"));
      }
      accumulate(objective, step);
    }
  }

  private TrainingLog log(String phase) {
    return new TrainingLog(phase, steps, validations);
  }

  private double accumulate(Objective objective, int step) {
    List<Objective.Batch> micro = new ArrayList<>();
    long terms = 0;
    for (int i = 0; i < settings.accumulation(); i++) {
      Objective.Batch batch = objective.batch((long) (step - 1) * settings.accumulation() + i);
      micro.add(batch);
      terms += batch.terms();
    }
    double loss = 0;
    for (int i = 0; i < micro.size(); i++) {
      loss += backward(micro.get(i), random.derive("step").derive(step).derive(i), terms);
    }
    return loss;
  }

  private double backward(Objective.Batch batch, KeyedRandom passRandom, long terms) {
    try (NDManager manager = model.manager().newSubManager();
        NDScope scope = new NDScope();
        Tape tape = Tape.training(passRandom, settings.checkpointing())) {
      scope.suppressNotUsedWarning();
      NDArray mean = batch.loss(tape, manager);
      float weight = (float) batch.terms() / terms;
      NDArray share = tape.apply(new Scaling(weight), mean).get(0);
      tape.backward(share);
      return share.toFloatArray()[0];
    }
  }

  /** The mean loss of a batch, forward only. */
  public static double loss(StateSpaceModel<?> model, Objective.Batch batch) {
    try (NDManager manager = model.manager().newSubManager();
        NDScope scope = new NDScope();
        Tape tape = Tape.inference()) {
      scope.suppressNotUsedWarning();
      return batch.loss(tape, manager).toFloatArray()[0];
    }
  }

  /** Frees what the optimizer keeps; the log and the model stay. */
  @Override
  public void close() {
    optimizer.close();
  }

  private void requireFinite(double loss, int step) {
    if (!Double.isFinite(loss)) {
      throw new IllegalStateException(
          "The loss is %s in step %d. Lower the learning rate (now %s)."
              .formatted(loss, step, settings.learningRate()));
    }
  }
}
