package dev.adder.benchmarks.operators;

import ai.djl.ndarray.NDList;
import dev.adder.ssm.CausalConvolution;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** The causal convolution and SiLU over 512 steps of 1536 channels. */
public class Convolution extends OperatorBenchmark {

  private NDList inputs;
  private NDList gradients;

  @Setup
  public void prepare() {
    inputs = new NDList(values(1, 1, 512, 1536), values(2, 1536, 1, 4), values(3, 1536));
    gradients = new NDList(values(4, 1, 512, 1536), values(5, 1, 3, 1536));
  }

  @TearDown
  public void free() {
    manager.close();
  }

  @Benchmark
  public float forward() {
    return run(new CausalConvolution(), inputs, new NDList());
  }

  @Benchmark
  public float forwardAndBackward() {
    return run(new CausalConvolution(), inputs, gradients);
  }
}
