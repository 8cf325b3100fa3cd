package dev.adder.benchmarks.work;

import ai.djl.ndarray.NDList;

/** The bare scan, forward or forward and backward. */
final class ScanWork implements Work {

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
      float[] values = results.get(forwardOnly ? 0 : 1).flatten().get("0:1000").toFloatArray();
      double sum = 0;
      for (float value : values) {
        sum += Math.abs(value);
      }
      return sum;
    }
  }

  @Override
  public void close() {
    scan.close();
  }
}
