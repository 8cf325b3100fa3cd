package dev.adder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
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
  void doctor_checks_the_scan_on_this_machine() {
    Run run = run("doctor");
    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("as it should be").contains("libtorch 2.7.1");
  }
}
