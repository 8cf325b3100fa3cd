package dev.adder.paper.claims;

import dev.adder.tensor.Workers;
import dev.adder.training.ProgressListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A theorem as a value. Words such as {@link #trials} give a new claim; {@link #check} and {@link
 * #counterexample} do the work.
 *
 * @param <C> the claim's own type, which the words return
 */
public abstract class Claim<C extends Claim<C>> {

  /** Instances of a negative control, for each of its sizes. */
  private static final int CONTROL_TRIALS = 20;

  private final Plan plan;

  Claim(Plan plan) {
    this.plan = plan;
  }

  /** The same claim checked otherwise. */
  abstract C with(Plan plan);

  /** What is claimed. */
  public abstract Statement statement();

  /** What every instance's error must keep to. */
  public abstract Bound bound();

  /** The size that a plot of the errors goes along. */
  abstract String axis();

  /** Builds an instance from its draws, carries it out and records how far the two sides are. */
  abstract void run(Instance instance);

  /**
   * Refuses sizes for which the claim says nothing.
   *
   * @throws IllegalArgumentException in one sentence
   */
  void requireSizes(Sizes sizes, Set<String> dropped) {}

  /** Sizes of a negative control; those of the check if not said. */
  List<Sizes> controlSizes(String hypothesis) {
    return plan.sizes();
  }

  final C at(List<Sizes> sizes) {
    return with(plan.sizes(sizes));
  }

  final C size(String name, int value) {
    return with(plan.size(name, value));
  }

  /** How many seeds each size is checked with. */
  public final C trials(int count) {
    return with(plan.trials(count));
  }

  /** The first seed; the others follow it. */
  public final C seed(long first) {
    return with(plan.seed(first));
  }

  /**
   * Drops a hypothesis by its name: instances then break it.
   *
   * @throws IllegalArgumentException if there is no such hypothesis; the message lists what there
   *     is
   */
  public final C without(String hypothesis) {
    return with(plan.without(statement().hypothesis(hypothesis).name()));
  }

  /** Shows progress and time left. */
  public final C watch(ProgressListener listener) {
    return with(plan.watch(listener));
  }

  /** The sizes it will be checked at. */
  public final List<Sizes> sizes() {
    return plan.sizes();
  }

  /**
   * Checks every size with every seed, and unless a hypothesis is dropped already, every negative
   * control.
   *
   * @throws IllegalArgumentException if the claim says nothing about a size
   */
  public final Verdict check() {
    long start = System.nanoTime();
    requireAllSizes();
    Statement statement = statement();
    List<Claim<?>> controls = plan.dropped().isEmpty() ? controls() : List.of();
    List<Work> work = new ArrayList<>(work());
    controls.forEach(control -> work.addAll(control.work()));
    plan.progress().begin(statement.id(), work.size());
    List<Trial> all = run(work);
    List<Trial> trials = all.subList(0, size());
    List<Control> outcomes = new ArrayList<>();
    int at = size();
    for (int i = 0; i < controls.size(); i++) {
      int end = at + controls.get(i).size();
      outcomes.add(Control.of(statement.hypotheses().get(i), all.subList(at, end), bound()));
      at = end;
    }
    Verdict verdict =
        new Verdict(
            statement,
            plan.dropped(),
            bound(),
            axis(),
            trials,
            outcomes,
            (System.nanoTime() - start) * 1e-9,
            this::instance);
    plan.progress().end(verdict.summary());
    return verdict;
  }

  private void requireAllSizes() {
    plan.sizes().forEach(sizes -> requireSizes(sizes, Set.copyOf(plan.dropped())));
  }

  private List<Claim<?>> controls() {
    int few = Math.min(CONTROL_TRIALS, plan.trials());
    return statement().hypotheses().stream()
        .<Claim<?>>map(h -> with(plan.sizes(controlSizes(h.name())).without(h.name()).trials(few)))
        .toList();
  }

  private int size() {
    return Math.multiplyExact(plan.sizes().size(), plan.trials());
  }

  private record Work(Claim<?> claim, Sizes sizes, long seed) {
    Trial trial() {
      return Trial.of(claim.instance(sizes, seed), claim.bound());
    }
  }

  private List<Work> work() {
    List<Work> work = new ArrayList<>();
    for (Sizes sizes : plan.sizes()) {
      for (int i = 0; i < plan.trials(); i++) {
        work.add(new Work(this, sizes, plan.seed() + i));
      }
    }
    return work;
  }

  /**
   * As many at once as there are threads; what comes out does not depend on that.
   *
   * @throws CancellationException if the thread is interrupted
   */
  private List<Trial> run(List<Work> work) {
    Trial[] trials = new Trial[work.size()];
    Thread caller = Thread.currentThread();
    AtomicInteger done = new AtomicInteger();
    AtomicBoolean stopped = new AtomicBoolean();
    Workers.run(
        trials.length,
        i -> {
          if (Thread.currentThread() == caller && caller.isInterrupted()) {
            stopped.set(true);
          }
          if (stopped.get()) {
            return;
          }
          trials[i] = work.get(i).trial();
          int count = done.incrementAndGet();
          if (Thread.currentThread() == caller) {
            plan.progress().advance(count, work.get(i).sizes().toString());
          }
        });
    if (stopped.get()) {
      Thread.interrupted();
      throw new CancellationException(
          "The check was interrupted after %d of %d instances.".formatted(done.get(), work.size()));
    }
    return List.of(trials);
  }

  /** The instance of a seed at the first of the sizes, with all its matrices. */
  public final Instance instance(long seed) {
    requireAllSizes();
    return instance(plan.sizes().get(0), seed);
  }

  final Instance instance(Sizes sizes, long seed) {
    return instance(sizes, seed, Draw.of(seed));
  }

  final Instance instance(Sizes sizes, long seed, Draw draw) {
    Instance instance = new Instance(sizes, seed, Set.copyOf(plan.dropped()), draw);
    run(instance);
    return instance;
  }

  /**
   * Tries to break the claim: half of the budget goes to random instances, the other half to a
   * search that makes the worst of them worse.
   *
   * @param budget number of instances, at least 10
   */
  public final Counterexample counterexample(int budget) {
    if (budget < 10) {
      throw new IllegalArgumentException(
          "The budget is %d instances; a search needs at least 10, usually 1000."
              .formatted(budget));
    }
    requireAllSizes();
    return new Search(this, plan, budget).run();
  }

  /** The claim and how it would be checked. */
  @Override
  public String toString() {
    return "%s: %s. %d trials each at %s%s"
        .formatted(
            statement().id(),
            statement().title(),
            plan.trials(),
            plan.sizes(),
            plan.dropped().isEmpty() ? "" : ", without " + plan.dropped());
  }
}
