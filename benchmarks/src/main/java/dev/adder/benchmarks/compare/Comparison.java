package dev.adder.benchmarks.compare;

import com.fasterxml.jackson.databind.JsonNode;
import dev.adder.benchmarks.work.Geometry;
import dev.adder.benchmarks.work.RandomModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Measures cases, each against its peers one after the other, in turns: ours, theirs, ours, theirs.
 *
 * <p>Our process lives for a case, a peer's for its pair, so that two are alive at most.
 */
final class Comparison {

  /** Largest relative difference of the figure both sides must agree on. */
  private static final double AGREEMENT = 1e-4;

  private final Plan plan;
  private final Side adder;
  private final PeerEnvironment peers;
  private final Path work;
  private final Results results;
  private final Progress progress;
  private final Predicate<Side> wanted;

  /**
   * @param work a folder for models and the workers' log
   * @param wanted which peers are measured
   */
  Comparison(
      Side adder,
      PeerEnvironment peers,
      Path work,
      Results results,
      Progress progress,
      Predicate<Side> wanted) {
    this.plan = results.plan();
    this.adder = adder;
    this.peers = peers;
    this.work = work;
    this.results = results;
    this.progress = progress;
    this.wanted = wanted;
  }

  void measure(List<Case> cases) throws IOException {
    int pairs = 0;
    for (Case measured : cases) {
      pairs += measured.kind() == Case.Kind.LIMITS ? 2 : open(measured).size();
    }
    progress.begin(pairs, plan);
    boolean limits = cases.stream().anyMatch(c -> c.kind() == Case.Kind.LIMITS);
    if (limits) {
      measureLimits();
    }
    for (Case measured : cases) {
      if (measured.kind() != Case.Kind.LIMITS) {
        measure(measured);
      }
    }
    if (limits) {
      measureLimits();
    }
  }

  private List<Side> open(Case measured) {
    return Side.peers(measured, peers, adder).stream()
        .filter(wanted)
        .filter(peer -> !results.has(measured, peer))
        .toList();
  }

  private void measureLimits() throws IOException {
    progress.next("limits");
    Case limits = Case.all().get(0);
    Side side = Side.limits(peers);
    try (WorkerProcess process =
        WorkerProcess.start(side, limits.task("", side.name()), log(), plan.limitSeconds())) {
      JsonNode answer = process.ask(plan.limitSeconds());
      Map<String, Double> measured = new LinkedHashMap<>();
      answer.fields().forEachRemaining(f -> measured.put(f.getKey(), f.getValue().asDouble()));
      results.addLimits(measured);
    } catch (WorkerFailure failure) {
      progress.note("limits: " + failure.getMessage());
    }
  }

  private void measure(Case measured) throws IOException {
    List<Side> sides = open(measured);
    if (sides.isEmpty()) {
      return;
    }
    String folder = model(measured);
    try (Runner ours = runner(measured, adder, folder)) {
      Turns ourTurns = new Turns(ours, plan);
      ourTurns.first();
      ourTurns.warmUp();
      for (Side side : sides) {
        progress.next(measured.id() + ", " + side.label());
        Pair pair = pair(measured, ourTurns, side, folder);
        results.add(pair);
        progress.note(describe(pair));
      }
    } catch (WorkerFailure failure) {
      for (Side side : open(measured)) {
        if (results.find(measured.id(), side.name(), side.tuned()).isEmpty()) {
          results.add(Pair.withoutAdder(measured.id(), side, failure.getMessage()));
        }
      }
      progress.note(measured.id() + ": Adder: " + failure.getMessage());
    }
  }

  private Pair pair(Case measured, Turns ours, Side side, String folder) throws WorkerFailure {
    boolean installedFailed =
        side.tuned()
            && results
                .find(measured.id(), side.name(), false)
                .filter(pair -> pair.outcome().startsWith("not finished"))
                .isPresent();
    if (installedFailed) {
      return Pair.without(measured.id(), side, "not tried", 0);
    }
    ours.restart();
    OtherLoad others = new OtherLoad();
    try (Runner runner = runner(measured, side, folder)) {
      Turns theirs = new Turns(runner, plan);
      double first = theirs.first().seconds();
      if (!agree(ours.check(), theirs.check())) {
        return Pair.without(
            measured.id(),
            side,
            String.format(
                Locale.ROOT,
                "refused: the first figures are %.7g and %.7g",
                ours.check(),
                theirs.check()),
            0);
      }
      boolean cold = first > plan.budgetSeconds() / 3;
      if (cold) {
        ours.turn();
        theirs.keepFirst();
      } else {
        theirs.warmUp();
        rounds(ours, theirs);
      }
      return Pair.of(measured.id(), side, ours, theirs, cold, others.cores());
    } catch (WorkerFailure failure) {
      if (ours.failed()) {
        throw failure;
      }
      return Pair.without(measured.id(), side, failure.getMessage(), others.cores());
    }
  }

  private void rounds(Turns ours, Turns theirs) throws WorkerFailure {
    long start = System.nanoTime();
    for (int round = 0; round < plan.rounds(); round++) {
      if (round > 0 && (System.nanoTime() - start) * 1e-9 > plan.budgetSeconds()) {
        return;
      }
      ours.turn();
      theirs.turn();
    }
  }

  static boolean agree(double ours, double theirs) {
    // A side without a figure, such as the products alone, agrees with everything.
    return Double.isNaN(theirs) || Math.abs(ours - theirs) <= AGREEMENT * Math.abs(ours);
  }

  private Runner runner(Case measured, Side side, String folder) throws WorkerFailure {
    var task = measured.task(folder, side.name());
    return measured.kind() == Case.Kind.START
        ? new StartRunner(side, task, log())
        : WorkerProcess.start(side, task, log(), plan.limitSeconds());
  }

  private Path log() {
    return work.resolve("worker.log");
  }

  private String model(Case measured) throws IOException {
    if (measured.geometry().isEmpty()) {
      return "";
    }
    Geometry geometry = measured.geometry().get();
    Path folder = work.resolve("models").resolve(geometry.name().toLowerCase(Locale.ROOT));
    if (!Files.exists(folder.resolve("model.safetensors"))) {
      RandomModel.write(geometry.config(), folder);
    }
    return folder.toString();
  }

  private static String describe(Pair pair) {
    String what = pair.caseId() + ", " + pair.peer() + (pair.tuned() ? " (tuned malloc)" : "");
    return pair.measured()
        ? String.format(
                Locale.ROOT,
                "%s: ours %s, theirs %s, ratio %s",
                what,
                MarkdownReport.time(Statistics.median(pair.ours())),
                MarkdownReport.time(Statistics.median(pair.theirs())),
                pair.ratio().text())
            + (pair.disturbed() ? disturbance(pair) : "")
        : what + ": " + pair.outcome() + (pair.disturbed() ? disturbance(pair) : "");
  }

  private static String disturbance(Pair pair) {
    return String.format(
        Locale.ROOT, "; other programs used %.2f cores, so measure again", pair.otherLoad());
  }
}
