package dev.adder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RunNotebookTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private static Map<String, Object> code(String source, String... tags) {
    return Map.of(
        "cell_type",
        "code",
        "metadata",
        Map.of("tags", List.of(tags)),
        "source",
        source,
        "outputs",
        List.of(),
        "execution_count",
        3);
  }

  /** In format 4.2, whose cells have no ids. */
  private Path notebook(List<Map<String, Object>> cells) throws IOException {
    Path file = folder.resolve("given.ipynb");
    Files.writeString(
        file,
        JSON.writeValueAsString(
            Map.of("nbformat", 4, "nbformat_minor", 2, "metadata", Map.of(), "cells", cells)));
    return file;
  }

  private static JsonNode cells(Path notebook) throws IOException {
    return JSON.readTree(notebook.toFile()).path("cells");
  }

  private static String shown(JsonNode cell) {
    return cell.path("outputs").path(0).path("data").path("text/plain").asText();
  }

  @Test
  void a_notebook_runs_with_parameters_in_its_own_folder_and_is_written_with_a_page()
      throws IOException {
    Path given =
        notebook(
            List.of(
                Map.of("cell_type", "markdown", "source", List.of("# What *ran*")),
                code("int epochs = 1;\nvar mode = StandardOpenOption.READ;", "parameters"),
                code("epochs + \" to \" + mode"),
                code("Files.exists(Path.of(\"given.ipynb\"))"),
                code("List.of().get(0)", "raises-exception")));
    Path output = folder.resolve("out/executed.ipynb");
    CommandRun run =
        CommandRun.of(
            "run-notebook",
            given.toString(),
            "-o",
            output.toString(),
            "--html",
            "--timeout",
            "60",
            "--parameter",
            "epochs=4",
            "-p",
            "mode=WRITE");
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("cell 3 of 5: epochs + ")
        .containsPattern("about \\d+ s left, cell 5 of 5")
        .contains("✓ given.ipynb: 5 cells in")
        .contains("Notebook  " + output);
    JsonNode cells = cells(output);
    assertThat(cells).hasSize(6);
    assertThat(cells.path(2).path("source").asText())
        .isEqualTo(
            "// Parameters given for this run\nepochs = 4;\nmode = StandardOpenOption.WRITE;");
    assertThat(shown(cells.path(3))).contains("4 to WRITE");
    assertThat(shown(cells.path(4))).isEqualTo("true");
    assertThat(cells.path(5).path("outputs").path(0).path("output_type").asText())
        .isEqualTo("error");
    List<String> ids = new ArrayList<>();
    cells.forEach(cell -> ids.add(cell.path("id").asText()));
    assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.matches("[A-Za-z0-9_-]{1,64}"));
    assertThat(JSON.readTree(output.toFile()).path("nbformat_minor").asInt()).isEqualTo(5);
    assertThat(folder.resolve("out/executed.html")).content().contains("<h1>What *ran*</h1>");
  }

  @Test
  void the_first_failing_cell_ends_the_run_and_is_shown() throws IOException {
    Path given =
        notebook(
            List.of(code("int a = 2;\na"), code("// Halves\nint z = a / 0;"), code("\"never\"")));
    CommandRun run = CommandRun.of("run-notebook", given.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("    // Halves\n    int z = a / 0;\n")
        .contains("Cell 2 (// Halves) failed with java.lang.ArithmeticException: / by zero");
    JsonNode cells = cells(folder.resolve("given-executed.ipynb"));
    assertThat(shown(cells.path(0))).isEqualTo("2");
    assertThat(cells.path(1).toString()).contains("/ by zero");
    assertThat(cells.path(2).path("outputs")).isEmpty();
    assertThat(cells.path(2).path("execution_count").isNull()).isTrue();
  }

  @Test
  void a_cell_that_takes_too_long_ends_the_run() throws IOException {
    Path given = notebook(List.of(code("\"kept\""), code("while (true) {}")));
    CommandRun run = CommandRun.of("run-notebook", given.toString(), "--timeout", "4");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("Cell 2 (while (true) {}): The cell took longer than 4 s.");
    assertThat(shown(cells(folder.resolve("given-executed.ipynb")).path(0))).isEqualTo("kept");
  }

  @Test
  void parameters_that_nothing_reads_are_refused_before_a_kernel_starts() throws IOException {
    Path given = notebook(List.of(code("int epochs = 1;", "parameters")));
    CommandRun unknown = CommandRun.of("run-notebook", given.toString(), "-p", "epoch=2");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err()).contains("has no parameter \"epoch\". It has: epochs.");
    Path none = notebook(List.of(code("int epochs = 1;")));
    CommandRun untagged = CommandRun.of("run-notebook", none.toString(), "-p", "epochs=2");
    assertThat(untagged.err())
        .contains("given.ipynb has no cell tagged \"parameters\", so nothing in it would read");
    assertThat(CommandRun.of("run-notebook", given.toString(), "--timeout", "0").err())
        .contains("--timeout is 0; it is a number of seconds, at least 1.");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void ctrl_c_ends_the_cell_and_keeps_what_was_computed() throws Exception {
    Path given =
        notebook(
            List.of(code("\"kept\""), code("System.out.println(\"so far\");\nwhile (true) {}")));
    Path log = folder.resolve("log");
    List<String> command = new ArrayList<>(heedingInterrupts());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Main.class.getName(), "run-notebook", given.toString()));
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Path written = folder.resolve("given-executed.ipynb");
    try {
      awaitText(log, "cell 2 of 2");
      Thread.sleep(1500);
      new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).isEqualTo(130);
    JsonNode cells = cells(written);
    assertThat(shown(cells.path(0))).isEqualTo("kept");
    assertThat(cells.path(1).path("outputs").path(0).path("text").asText()).isEqualTo("so far\n");
    assertThat(cells.path(1).path("outputs").path(1).path("ename").asText())
        .isEqualTo("Interrupted");
    assertThat(Files.readString(log, StandardCharsets.UTF_8)).contains("The cell was interrupted");
  }

  /**
   * What a command begins with so that it heeds Ctrl-C although this process may ignore it, as all
   * that a script starts in the background does; nothing where the system has no such word.
   */
  private static List<String> heedingInterrupts() throws Exception {
    List<String> prefix = List.of("env", "--default-signal=INT");
    List<String> probe = new ArrayList<>(prefix);
    probe.add("true");
    Process known = new ProcessBuilder(probe).redirectErrorStream(true).start();
    return known.waitFor() == 0 ? prefix : List.of();
  }

  private static void awaitText(Path file, String text) throws Exception {
    for (int i = 0; i < 300; i++) {
      if (Files.exists(file) && Files.readString(file).contains(text)) {
        return;
      }
      Thread.sleep(100);
    }
    throw new AssertionError("\"" + text + "\" was not said; but: " + Files.readString(file));
  }
}
