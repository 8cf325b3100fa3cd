package dev.adder.benchmarks.compare;

/** Runs the task of one side whenever it is its turn. */
interface Runner extends AutoCloseable {

  /** Runs it once. */
  Run run(double limitSeconds) throws WorkerFailure;

  /** Largest resident memory so far, in megabytes. */
  long peakMegabytes();

  /** Number of trained parameters. */
  long trained();

  @Override
  void close();
}
