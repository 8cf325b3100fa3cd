package dev.adder.benchmarks.operators;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

@Tag("slow")
class OperatorBenchmarkTest {

  @Test
  void every_operator_benchmark_runs() throws RunnerException {
    Options once =
        new OptionsBuilder()
            .include("dev.adder.benchmarks.operators")
            .param("length", "128")
            .mode(Mode.SingleShotTime)
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .timeout(new TimeValue(2, TimeUnit.MINUTES))
            .shouldFailOnError(true)
            .build();
    assertThat(new Runner(once).run()).hasSize(13);
  }
}
