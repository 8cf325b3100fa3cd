package dev.adder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelTest {

  @TempDir private Path prefix;

  private Path kernels() {
    return prefix.resolve("share/jupyter/kernels");
  }

  @Test
  void the_kernel_is_installed_checked_by_a_cell_and_removed() {
    CommandRun installed =
        CommandRun.of("kernel", "install", "--prefix", prefix.toString(), "--heap", "300m");
    assertThat(installed.err()).isEmpty();
    assertThat(installed.code()).isZero();
    Path folder = kernels().resolve("adder");
    assertThat(installed.out())
        .contains("Installed the kernel \"Java (Adder)\" in " + folder)
        .containsPattern("Checked: a cell ran in it, on Java \\d+.*, \\d+\\.\\d s after its start")
        .contains("./adder kernel uninstall --prefix " + prefix);
    assertThat(folder.resolve("kernel.json")).content().contains("-Xmx300m");
    CommandRun removed = CommandRun.of("kernel", "uninstall", "--prefix", prefix.toString());
    assertThat(removed.code()).isZero();
    assertThat(removed.out()).contains("Removed the kernel \"adder\" from " + folder);
    assertThat(folder).doesNotExist();
  }

  @Test
  void a_kernel_that_cannot_start_is_told_with_what_it_said() throws IOException {
    CommandRun run =
        CommandRun.of("kernel", "install", "--prefix", prefix.toString(), "--heap", "2k");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("The kernel was written to " + kernels().resolve("adder"))
        .contains("but no cell runs in it: The kernel ended with code 1 while starting")
        .contains("Initial heap size set to a larger value");
    assertThat(Files.exists(kernels().resolve("adder/kernel.json"))).isTrue();
  }

  @Test
  void places_exclude_each_other_and_names_are_checked() {
    assertThat(CommandRun.of("kernel", "install", "--user", "--sys-prefix"))
        .matches(run -> run.code() == 2, "is refused")
        .extracting(CommandRun::err)
        .asString()
        .contains("--user", "--sys-prefix", "mutually exclusive");
    CommandRun named =
        CommandRun.of("kernel", "install", "--prefix", prefix.toString(), "--name", "a b");
    assertThat(named.code()).isEqualTo(1);
    assertThat(named.err()).contains("\"a b\" cannot be the name of a kernel");
  }

  @Test
  void removing_what_is_not_there_is_told() {
    CommandRun run =
        CommandRun.of("kernel", "uninstall", "--prefix", prefix.toString(), "--name", "no-such");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("There is no kernel \"no-such\" in " + kernels());
  }
}
