package dev.adder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.paper.claims.Claims;
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

class MainTest {

  @TempDir private Path folder;

  @Test
  void help_names_every_command() {
    assertThat(CommandRun.of("--help").out())
        .contains("reproduce", "run-notebook", "claims", "kernel", "pretrain", "doctor");
  }

  @Test
  void an_unknown_command_is_an_error() {
    CommandRun run = CommandRun.of("repro");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("reproduce");
  }

  @Test
  void a_missing_notebook_folder_is_told_in_a_sentence() {
    CommandRun run = CommandRun.of("reproduce", "--output", folder.resolve("r").toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("There is no folder notebooks here");
  }

  @Test
  void doctor_says_what_the_machine_has_and_checks_every_operator() {
    CommandRun run = CommandRun.of("doctor");
    assertThat(run.code()).as(run.out()).isZero();
    assertThat(run.out())
        .containsPattern("Java +\\d+")
        .containsPattern("Processors +\\d+; threads of engine and kernels: \\d+")
        .containsPattern("Vectors +\\d+ floats at a time")
        .containsPattern("Memory +.* GB available")
        .containsPattern("Engine +libtorch 2\\.7\\.1, /")
        .containsPattern(
            "Products +MKL, called directly|Products +the engine's|Products +plain loops")
        .containsPattern("GPU +")
        .contains("On the processor:");
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
    assertThat(Doctor.check(new PrintWriter(out, true), List.of(wrong), Device.cpu())).isFalse();
    assertThat(out.toString()).contains("WRONG").contains("1 of 1 operators").contains("trusted");
  }

  @Test
  void claims_are_checked_one_a_line() {
    CommandRun run = CommandRun.of("claims", "--claim", "T6b", "--trials", "3", "--seed", "5");
    assertThat(run.code()).as(run.out()).isZero();
    assertThat(run.out())
        .containsPattern("✓ T6b +error [\\d.e+-]+ \\(≤ 1e-10\\), 1 of 1 controls fail, +9 trials")
        .contains("All 1 claims hold, and all 1 negative controls fail as they should.");
  }

  @Test
  void a_claim_that_does_not_hold_is_explained() {
    StringWriter out = new StringWriter();
    boolean good =
        CheckClaims.check(
            new PrintWriter(out, true),
            List.of(Claims.prefixTuningIsInitialState().without("nonzero b").trials(2)));
    assertThat(good).isFalse();
    assertThat(out.toString())
        .contains("✗ T1", "channels 3, states 8", "Worst instance: seed ", "without [nonzero b]")
        .contains("1 of 1 claims are not as they should be: [T1].");
  }

  @Test
  void a_claim_that_there_is_not_and_a_wrong_number_are_told() {
    CommandRun unknown = CommandRun.of("claims", "--claim", "T9");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err()).contains("There is no claim \"T9\". There are: [T1, T1b, ");
    CommandRun none = CommandRun.of("claims", "--trials", "0");
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.err())
        .contains("The number of trials is 0; it must be at least 1, usually 200.");
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

  @Test
  void a_name_that_no_path_can_have_is_told_in_a_sentence() {
    CommandRun run = CommandRun.of("run-notebook", "a\u0000b.ipynb");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("is no path here", "C.UTF-8").doesNotContain("Exception");
  }
}
