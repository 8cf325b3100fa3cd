package dev.adder.benchmarks.operators;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import dev.adder.benchmarks.work.CollectedGradients;
import dev.adder.benchmarks.work.Given;
import dev.adder.tensor.FusedOperator;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How operators are measured: mean time in a forked JVM with the launcher's flags. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgs = {
      "-XX:+UseSerialGC",
      "-Xmx4g",
      "--add-modules=jdk.incubator.vector",
      "--enable-native-access=ALL-UNNAMED"
    })
public abstract class OperatorBenchmark {

  /** Frees what it made when the benchmark ends. */
  protected final NDManager manager = NDManager.newBaseManager("PyTorch");

  /** Values spread over [−1, 1), the same for the same stream. */
  protected NDArray values(long stream, long... shape) {
    return Given.values(manager, stream, -1, 1, new Shape(shape));
  }

  /** Runs an operator forward and, if gradients are given, backward, and frees what came out. */
  protected float run(FusedOperator operator, NDList inputs, NDList outputGradients) {
    boolean differentiate = !outputGradients.isEmpty();
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDList results = operator.forward(inputs, differentiate);
      if (differentiate) {
        CollectedGradients gradients = new CollectedGradients(inputs);
        operator.backward(inputs, outputGradients, gradients);
        results = gradients.all();
      }
      return results.get(0).flatten().getFloat(0);
    }
  }
}
