package dev.adder.benchmarks.compare;

import dev.adder.benchmarks.work.Task;
import java.nio.file.Path;

/** Every run is a new process, timed from its start to the end of its first step. */
final class StartRunner implements Runner {

  private final Side side;
  private final Task task;
  private final Path log;
  private long peak;
  private long trained;

  StartRunner(Side side, Task task, Path log) {
    this.side = side;
    this.task = task;
    this.log = log;
  }

  @Override
  public Run run(double limitSeconds) throws WorkerFailure {
    long start = System.nanoTime();
    try (WorkerProcess process = WorkerProcess.start(side, task, log, limitSeconds)) {
      double check = process.run(limitSeconds).check();
      double seconds = (System.nanoTime() - start) * 1e-9;
      peak = Math.max(peak, process.peakMegabytes());
      trained = process.trained();
      return new Run(seconds, check);
    }
  }

  @Override
  public long peakMegabytes() {
    return peak;
  }

  @Override
  public long trained() {
    return trained;
  }

  @Override
  public void close() {}
}
