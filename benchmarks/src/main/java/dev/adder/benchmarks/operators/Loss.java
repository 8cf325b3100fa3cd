package dev.adder.benchmarks.operators;

import ai.djl.ndarray.NDList;
import dev.adder.benchmarks.work.Given;
import dev.adder.ssm.CrossEntropy;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** The output head and the cross-entropy of 128 rows of 768 over 50,280 classes. */
public class Loss extends OperatorBenchmark {

  private static final int CLASSES = 50280;

  private NDList inputs;
  private NDList gradient;
  private int[] targets;

  @Setup
  public void prepare() {
    inputs = new NDList(values(1, 128, 768), values(2, CLASSES, 768));
    gradient = new NDList(manager.ones(new ai.djl.ndarray.types.Shape(1)));
    targets = Given.batch(1, 128, CLASSES).labels();
  }

  @TearDown
  public void free() {
    manager.close();
  }

  @Benchmark
  public float forward() {
    return run(new CrossEntropy(targets, true), inputs, new NDList());
  }

  @Benchmark
  public float forwardAndBackward() {
    return run(new CrossEntropy(targets, true), inputs, gradient);
  }
}
