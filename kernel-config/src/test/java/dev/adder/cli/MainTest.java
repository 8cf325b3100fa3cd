package dev.adder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.OperatorCheck;
import dev.adder.tensor.Sum;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {

  @TempDir private Path folder;

  private record Run(int code, String out, String err) {}

  private static Run run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    int code = line.execute(arguments);
    return new Run(code, out.toString(), err.toString());
  }

  @Test
  void help_names_every_command() {
    assertThat(run("--help").out()).contains("reproduce", "kernel", "pretrain", "doctor");
  }

  @Test
  void an_unknown_command_is_an_error() {
    Run run = run("repro");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("reproduce");
  }

  @Test
  void the_kernel_is_installed_below_a_prefix() {
    Run run = run("kernel", "install", "--prefix", folder.toString());
    assertThat(run.code()).isZero();
    assertThat(folder.resolve("share/jupyter/kernels/adder/kernel.json")).exists();
  }

  @Test
  void a_missing_notebook_folder_is_told_in_a_sentence() {
    Run run = run("reproduce", "--output", folder.resolve("r").toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("There is no folder notebooks here");
  }

  @Test
  void doctor_says_what_the_machine_has_and_checks_every_operator() {
    Run run = run("doctor");
    assertThat(run.code()).as(run.out()).isZero();
    assertThat(run.out())
        .containsPattern("Java +\\d+")
        .containsPattern("Processors +\\d+; threads of engine and kernels: \\d+")
        .containsPattern("Vectors +\\d+ floats at a time")
        .containsPattern("Memory +.* GB available")
        .containsPattern("Engine +libtorch 2\\.7\\.1, /")
        .containsPattern(
            "Products +MKL, called directly|Products +the engine's|Products +plain loops")
        .containsPattern("GPU +");
    for (String operator :
        List.of(
            "scan",
            "scan from a state",
            "convolution",
            "norm",
            "cross-entropy",
            "LoRA linear",
            "LoRA with dropout",
            "sparse columns",
            "product")) {
      assertThat(run.out()).containsPattern("(?m)^" + operator + " +\\d\\.\\de[-+]\\d+ +good ");
    }
    assertThat(run.out()).contains("operators are as they should be");
  }

  @Test
  void doctor_fails_where_an_operator_is_wrong() {
    StringWriter out = new StringWriter();
    OperatorCheck wrong =
        OperatorCheck.of("a wrong sum", WrongSum::new, new Shape(3, 5), new Shape(3, 5));
    assertThat(Doctor.check(new PrintWriter(out, true), List.of(wrong))).isFalse();
    assertThat(out.toString()).contains("WRONG").contains("1 of 1 operators").contains("trusted");
  }

  /** a + b whose reference says a − b. */
  private static final class WrongSum implements FusedOperator {
    private final Sum sum = new Sum();

    @Override
    public NDList forward(NDList inputs, boolean differentiate) {
      return sum.forward(inputs, differentiate);
    }

    @Override
    public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
      sum.backward(inputs, outputGradients, gradients);
    }

    @Override
    public NDList reference(NDList inputs) {
      return new NDList(inputs.get(0).sub(inputs.get(1)));
    }
  }
}
