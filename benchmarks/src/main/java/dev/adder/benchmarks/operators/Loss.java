package dev.adder.benchmarks.operators;

import ai.djl.ndarray.NDList;
import dev.adder.benchmarks.work.Given;
import dev.adder.ssm.CrossEntropy;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** The cross-entropy of 128 rows over 50,280 classes. */
public class Loss extends OperatorBenchmark {

  private static final int CLASSES = 50280;

  private NDList logits;
  private NDList gradient;
  private int[] targets;

  @Setup
  public void prepare() {
    logits = new NDList(values(1, 128, CLASSES));
    gradient = new NDList(manager.ones(new ai.djl.ndarray.types.Shape(1)));
    targets = Given.batch(1, 128, CLASSES).labels();
  }

  @TearDown
  public void free() {
    manager.close();
  }

  @Benchmark
  public float forward() {
    return run(new CrossEntropy(targets), logits, new NDList());
  }

  @Benchmark
  public float forwardAndBackward() {
    return run(new CrossEntropy(targets), logits, gradient);
  }
}
