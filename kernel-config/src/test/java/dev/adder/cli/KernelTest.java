package dev.adder.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.adder.kernel.KernelClient;
import dev.adder.kernel.KernelSpec;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  /** Letters beyond ASCII only where the system's locale can name them. */
  @ParameterizedTest
  @ValueSource(strings = {"a folder (of mine) & co", "it's 100 % $HOME", "Übung-мамба-蛇"})
  void a_prefix_of_any_name_holds_a_kernel_that_runs(String name) throws IOException {
    assumeTrue(
        Charset.forName(System.getProperty("sun.jnu.encoding")).newEncoder().canEncode(name));
    Path odd = prefix.resolve(name);
    CommandRun installed = CommandRun.of("kernel", "install", "--prefix", odd.toString());
    assertThat(installed.err()).isEmpty();
    assertThat(installed.out()).contains("Checked: a cell ran in it");
    KernelSpec read = KernelSpec.read(odd.resolve("share/jupyter/kernels/adder"));
    Path directory = Files.createDirectories(odd.resolve("notebooks here"));
    try (KernelClient client =
        KernelClient.start(read, Map.of(), directory, prefix.resolve("log"))) {
      List<String> shown = new ArrayList<>();
      client.run(
          "Files.writeString(Path.of(\"here\"), \"\");\nPath.of(\"\").toAbsolutePath().toString()",
          shown::add,
          Duration.ofSeconds(120));
      assertThat(shown).contains(directory.toString());
    }
    assertThat(directory.resolve("here")).exists();
    assertThat(CommandRun.of("kernel", "uninstall", "--prefix", odd.toString()).code()).isZero();
    assertThat(odd.resolve("share/jupyter/kernels/adder")).doesNotExist();
  }

  @Test
  void a_prefix_that_is_a_file_is_told() throws IOException {
    Path file = Files.createFile(prefix.resolve("file"));
    CommandRun run = CommandRun.of("kernel", "install", "--prefix", file.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains(file.toString()).doesNotContain("\tat ");
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
