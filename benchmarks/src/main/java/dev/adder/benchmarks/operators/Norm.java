package dev.adder.benchmarks.operators;

import ai.djl.ndarray.NDList;
import dev.adder.ssm.RmsNorm;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** The RMS norm of 512 rows of 768. */
public class Norm extends OperatorBenchmark {

  private NDList inputs;
  private NDList gradients;

  @Setup
  public void prepare() {
    inputs = new NDList(values(1, 1, 512, 768), values(2, 768));
    gradients = new NDList(values(3, 1, 512, 768));
  }

  @TearDown
  public void free() {
    manager.close();
  }

  @Benchmark
  public float forward() {
    return run(new RmsNorm(1e-5), inputs, new NDList());
  }

  @Benchmark
  public float forwardAndBackward() {
    return run(new RmsNorm(1e-5), inputs, gradients);
  }
}
