package dev.adder;

import dev.adder.adapter.AdaptedModel;
import dev.adder.adapter.Attachment;
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
import dev.adder.training.Objective;
import dev.adder.training.ProgressListener;
import dev.adder.training.TrainingInterruptedException;
import dev.adder.training.TrainingLog;
import dev.adder.training.TrainingLoop;
import dev.adder.training.TrainingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A run under way: what its phases have come to, from where it can go on after an interrupt. */
final class TrainingRun implements AutoCloseable {

  /** Runs of one model that are the same come out the same. */
  record Key(PeftMethod method, Task task, TrainingSettings settings, int validations) {}

  private final PretrainedModel model;
  private final Key key;
  private final Batches batches;
  private final int steps;
  private final KeyedRandom random;
  private final List<TrainingLog> logs = new ArrayList<>();

  /** The model of the warm-up, while that goes on. */
  private @Nullable AdaptedModel<Mamba> measured;

  private @Nullable List<DimensionSelection> selections;
  private @Nullable AdaptedModel<Mamba> adapted;
  private @Nullable TargetReport live;

  /** The phase under way; null between two. */
  private @Nullable TrainingLoop loop;

  private volatile boolean underWay = true;

  TrainingRun(PretrainedModel model, Key key, Batches batches) {
    this.model = model;
    this.key = key;
    this.batches = batches;
    steps = key.settings().steps(batches.examples());
    random = KeyedRandom.of(key.settings().seed());
  }

  boolean is(Key other) {
    return key.equals(other);
  }

  boolean isUnderWay() {
    return underWay;
  }

  TrainingRun takeUp() {
    underWay = true;
    return this;
  }

  /**
   * Goes on to the end.
   *
   * @throws TrainingInterruptedException if the thread is interrupted; the run can go on later
   */
  TrainedModel finish(ProgressListener progress) {
    try {
      List<DimensionSelection> chosen = selections;
      if (chosen == null) {
        chosen = key.method().warmUp().map(warmUp -> select(warmUp, progress)).orElse(List.of());
        selections = chosen;
      }
      AdaptedModel<Mamba> main = adapted;
      if (main == null) {
        List<WeightSpec> weights = MambaWeights.of(model.config());
        main = attach(key.method().attachments(weights, chosen), "main");
        adapted = main;
      }
      TargetReport proven = live == null ? probe(main) : live;
      live = proven;
      logs.add(phase("main", main.model(), steps, random.derive("main dropout"), progress));
      model.forget(this);
      return new TrainedModel(
          model, key.method(), key.task(), key.settings(), main, proven, logs, chosen);
    } catch (TrainingInterruptedException stopped) {
      if (model.keeps(this)) {
        throw stopped.thatGoesOn();
      }
      close();
      throw stopped;
    } catch (RuntimeException | Error failure) {
      model.forget(this);
      close();
      throw failure;
    } finally {
      underWay = false;
    }
  }

  private AdaptedModel<Mamba> attach(List<Attachment> attachments, String name) {
    return AdaptedModel.attach(model.mamba(), attachments, model.manager(), random.derive(name));
  }

  /** Carries out the first phase and reads what it says; its updates are thrown away. */
  private List<DimensionSelection> select(WarmUp warmUp, ProgressListener progress) {
    int updates = warmUp.updates(key.settings().epochs(1).steps(batches.examples()));
    KeyedRandom dropout = random.derive("warm-up dropout");
    AdaptedModel<Mamba> first = measured;
    if (first == null) {
      first = attach(warmUp.attachments(MambaWeights.of(model.config())), "warm-up");
      measured = first;
    }
    Mamba warm = first.model();
    Objective objective = Objective.nextToken(warm, batches);
    switch (warmUp.kind()) {
      case TRAINING -> logs.add(phase("warm-up", warm, updates, dropout, progress));
      case GRADIENT -> gradient(warm, objective, updates, dropout);
      case NONE -> {}
    }
    List<DimensionSelection> chosen =
        warmUp.select(
            warm, () -> TrainingLoop.loss(warm, objective.batch(0)), key.settings().seed());
    forgetWarmUp();
    return chosen;
  }

  /** A sum of gradients cannot go on in its middle: it begins anew. */
  private void gradient(Mamba warm, Objective objective, int updates, KeyedRandom dropout) {
    try (TrainingLoop probe = new TrainingLoop(warm, key.settings(), dropout)) {
      probe.probe(objective, updates);
    } catch (TrainingInterruptedException stopped) {
      forgetWarmUp();
      throw stopped;
    }
  }

  private void forgetWarmUp() {
    if (measured != null) {
      measured.close();
      measured = null;
    }
  }

  private TargetReport probe(AdaptedModel<Mamba> main) {
    try (TrainingLoop first =
        new TrainingLoop(main.model(), key.settings(), random.derive("probe"))) {
      first.probe(Objective.nextToken(main.model(), batches), 1);
    }
    return TargetReport.proven(key.method(), MambaWeights.of(model.config()), main);
  }

  private TrainingLog phase(
      String name, Mamba trained, int stopAfter, KeyedRandom dropout, ProgressListener progress) {
    TrainingLoop current = loop == null ? new TrainingLoop(trained, key.settings(), dropout) : loop;
    loop = current;
    int validations = key.validations();
    int every = validations == 0 ? Integer.MAX_VALUE : Math.max(1, steps / validations);
    progress.begin(key.method().describe() + ", " + name, Math.min(stopAfter, steps));
    TrainingLog log =
        current.run(
            name,
            Objective.nextToken(trained, batches),
            steps,
            stopAfter,
            (step, validated) -> {
              progress.advance(step.step(), String.format(Locale.ROOT, "loss %.3f", step.loss()));
              if (step.step() % every == 0 && name.equals("main")) {
                double score =
                    Scores.evaluate(trained, model.tokens(), key.task(), Scores.Split.VALIDATION)
                        .score();
                validated.accept(
                    new TrainingLog.Validation(step.step(), key.task().metric(), score));
              }
            });
    current.close();
    loop = null;
    progress.end(summary(log));
    return log;
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

  /** Lets go of all that the run has come to. */
  @Override
  public void close() {
    if (loop != null) {
      loop.close();
      loop = null;
    }
    forgetWarmUp();
    if (adapted != null) {
      adapted.close();
      adapted = null;
    }
  }
}
