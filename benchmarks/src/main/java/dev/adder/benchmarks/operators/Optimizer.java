package dev.adder.benchmarks.operators;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.adder.training.AdamW;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** AdamW over 33.5 million parameters. Its gradient is made anew before every call. */
public class Optimizer extends OperatorBenchmark {

  private static final long SIZE = 33_500_000;

  private NDArray leaf;
  private NDArray gradient;
  private AdamW optimizer;

  @Setup
  public void prepare() {
    leaf = values(1, SIZE);
    leaf.setRequiresGradient(true);
    gradient = values(2, SIZE);
    Parameter parameter = Parameter.builder().setName("all").setType(Parameter.Type.OTHER).build();
    parameter.setArray(leaf);
    optimizer = new AdamW(List.of(parameter), 0);
  }

  /** The optimizer clears the gradient; this puts it back. */
  @Setup(Level.Invocation)
  public void addGradient() {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      JniUtils.backward((PtNDArray) leaf, (PtNDArray) gradient, false, false);
    }
  }

  @TearDown
  public void free() {
    manager.close();
  }

  @Benchmark
  public double step() {
    return optimizer.step(1e-4, 1);
  }
}
