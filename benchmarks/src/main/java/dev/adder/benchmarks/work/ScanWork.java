package dev.adder.benchmarks.work;

import ai.djl.ndarray.NDList;
import dev.adder.tensor.RawTensor;

/** The bare scan, forward or forward and backward. */
final class ScanWork implements Work {

  private static final int COUNTED = 1000;

  private final ScanCall scan;
  private final boolean forwardOnly;

  ScanWork(ScanCall scan, String variant) {
    this.scan = scan;
    forwardOnly = variant.equals("forward");
  }

  /** Returns the sum of the first thousand values of y or, with backward, of the gradient of x. */
  @Override
  public double run() {
    try (NDList results = forwardOnly ? scan.forward() : scan.both()) {
      // Read in place: a view that nobody closes would keep its tensor's memory.
      RawTensor values = RawTensor.of(results.get(forwardOnly ? 0 : 1));
      double sum = 0;
      for (int i = 0; i < COUNTED; i++) {
        sum += Math.abs(values.get(i));
      }
      return sum;
    }
  }

  @Override
  public void close() {
    scan.close();
  }
}
