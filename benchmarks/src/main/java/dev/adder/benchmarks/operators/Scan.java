package dev.adder.benchmarks.operators;

import ai.djl.ndarray.NDList;
import dev.adder.benchmarks.work.ScanCall;
import dev.adder.tensor.RawTensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** The selective scan over 1536 channels of 16 states. */
public class Scan extends OperatorBenchmark {

  @Param({"128", "512", "2048"})
  public int length;

  private ScanCall scan;

  @Setup
  public void prepare() {
    scan = new ScanCall(1, length);
  }

  @TearDown
  public void free() {
    scan.close();
    manager.close();
  }

  @Benchmark
  public float forward() {
    try (NDList results = scan.forward()) {
      return RawTensor.of(results.get(0)).get(0);
    }
  }

  @Benchmark
  public float forwardAndBackward() {
    try (NDList results = scan.both()) {
      return RawTensor.of(results.get(0)).get(0);
    }
  }
}
