package dev.adder.benchmarks.compare;

/** A worker did not give a result; the message says why, in a clause that goes into the table. */
final class WorkerFailure extends Exception {

  private static final long serialVersionUID = 1;

  WorkerFailure(String message) {
    super(message);
  }
}
