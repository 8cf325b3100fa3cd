package dev.adder.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;

/** The turns of one side: warm-up, then one sample per round. */
final class Turns {

  private final Runner runner;
  private final Plan plan;
  private final List<Double> samples = new ArrayList<>();
  private final List<Integer> runs = new ArrayList<>();
  private double check = Double.NaN;
  private double firstSeconds = Double.NaN;
  private boolean failed;

  Turns(Runner runner, Plan plan) {
    this.runner = runner;
    this.plan = plan;
  }

  /** The first run, which gives the figure to check. */
  Run first() throws WorkerFailure {
    Run run = run();
    check = run.check();
    firstSeconds = run.seconds();
    return run;
  }

  private Run run() throws WorkerFailure {
    try {
      return runner.run(plan.limitSeconds());
    } catch (WorkerFailure failure) {
      failed = true;
      throw failure;
    }
  }

  /** Whether a run of this side has failed. */
  boolean failed() {
    return failed;
  }

  void warmUp() throws WorkerFailure {
    double spent = firstSeconds;
    do {
      spent += run().seconds();
    } while (spent < plan.warmUpSeconds());
  }

  void turn() throws WorkerFailure {
    List<Double> seconds = new ArrayList<>();
    double spent = 0;
    do {
      double run = run().seconds();
      seconds.add(run);
      spent += run;
    } while (spent < plan.turnSeconds());
    samples.add(Statistics.median(seconds));
    runs.add(seconds.size());
  }

  /** Takes the first run as the only sample, where another would take too long. */
  void keepFirst() {
    samples.add(firstSeconds);
    runs.add(1);
  }

  /** Forgets the samples, for the next peer. */
  void restart() {
    samples.clear();
    runs.clear();
  }

  List<Double> samples() {
    return samples;
  }

  List<Integer> runs() {
    return runs;
  }

  double check() {
    return check;
  }

  Runner runner() {
    return runner;
  }
}
