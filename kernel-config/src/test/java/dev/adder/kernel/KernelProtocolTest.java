package dev.adder.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real kernel process over its real protocol. */
class KernelProtocolTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir private static Path folder;
  private static KernelClient client;

  @BeforeAll
  static void start() throws IOException {
    client = KernelClient.start(Map.of(), folder.resolve("kernel.log"));
  }

  @AfterAll
  static void stop() throws IOException {
    client.close();
    assertThat(client.process().isAlive()).isFalse();
  }

  private static List<Wire.Message> run(String code) throws IOException {
    List<Wire.Message> messages = new ArrayList<>();
    client.execute(code, messages::add, SOON);
    return messages;
  }

  private static String text(List<Wire.Message> messages, String name) {
    StringBuilder text = new StringBuilder();
    for (Wire.Message message : messages) {
      if (message.type().equals("stream") && message.content().path("name").asText().equals(name)) {
        text.append(message.content().path("text").asText());
      }
    }
    return text.toString();
  }

  private static ObjectNode ask(String type, ObjectNode content) throws IOException {
    return client.ask(type, content, SOON);
  }

  private static ObjectNode object() {
    return Wire.JSON.createObjectNode();
  }

  @Test
  void a_cell_is_busy_echoes_its_input_answers_and_is_idle() throws IOException {
    List<Wire.Message> messages = run("6 * 7");
    assertThat(messages.get(0).content().path("execution_state").asText()).isEqualTo("busy");
    assertThat(messages).extracting(Wire.Message::type).contains("execute_input", "execute_result");
    Wire.Message last = messages.get(messages.size() - 1);
    assertThat(last.content().path("execution_state").asText()).isEqualTo("idle");
    Wire.Message result =
        messages.stream().filter(m -> m.type().equals("execute_result")).findFirst().orElseThrow();
    assertThat(result.content().path("data").path("text/plain").asText()).isEqualTo("42");
    assertThat(result.header().path("date").asText()).matches(".*T\\d\\d:\\d\\d:\\d\\d.*Z");
  }

  @Test
  void what_is_printed_arrives_whole_in_few_messages() throws IOException {
    List<Wire.Message> messages =
        run("for (int i = 0; i < 20000; i++) { System.out.println(\"line \" + i); }");
    assertThat(text(messages, "stdout").lines()).hasSize(20_000).last().isEqualTo("line 19999");
    assertThat(messages.stream().filter(m -> m.type().equals("stream")).count()).isLessThan(60);
    assertThat(text(run("System.err.print(\"grün → ✓\")"), "stderr")).isEqualTo("grün → ✓");
  }

  @Test
  void tables_and_figures_show_themselves() throws IOException {
    List<Wire.Message> table =
        run("Table.create(\"t\", DoubleColumn.create(\"x\", new double[] {1.23456789}))");
    assertThat(table.toString()).contains("<table class=\\\"dataframe\\\">").contains("1.235");
    List<Wire.Message> figure =
        run(
            "LossPlot.of(new TrainingLog(\"main\", List.of(new TrainingLog.Step(1, 0.7, 1e-3, 1, 1)), List.of()))");
    assertThat(figure.toString()).contains("application/vnd.plotly.v1+json");
  }

  @Test
  void a_display_is_updated_in_its_place() throws IOException {
    List<Wire.Message> messages = run("var id = display(\"one\");\nupdate(id, \"two\");");
    Wire.Message shown =
        messages.stream().filter(m -> m.type().equals("display_data")).findFirst().orElseThrow();
    Wire.Message updated =
        messages.stream()
            .filter(m -> m.type().equals("update_display_data"))
            .findFirst()
            .orElseThrow();
    assertThat(updated.content().path("transient")).isEqualTo(shown.content().path("transient"));
    assertThat(updated.content().path("data").path("text/plain").asText()).isEqualTo("two");
  }

  @Test
  void an_error_while_showing_a_result_leaves_the_kernel_alive() throws IOException {
    run("class Bad { public String toString() { throw new NoClassDefFoundError(\"gone\"); } }");
    List<Wire.Message> messages = new ArrayList<>();
    ObjectNode reply = client.execute("new Bad()", messages::add, SOON);
    assertThat(reply.path("status").asText()).isEqualTo("error");
    assertThat(reply.path("evalue").asText()).contains("cannot be shown");
    assertThat(run("1 + 1").toString()).contains("\"text/plain\":\"2\"");
  }

  @Test
  void cells_that_wait_behind_a_failing_one_are_aborted() throws IOException {
    ObjectNode failing = object().put("code", "int q = 1 / 0;").put("silent", false);
    ObjectNode next = object().put("code", "System.out.println(\"ran\")").put("silent", false);
    Wire.Message first = client.send("execute_request", failing);
    Wire.Message second = client.send("execute_request", next);
    assertThat(client.awaitReply(first, SOON).path("status").asText()).isEqualTo("error");
    assertThat(client.awaitReply(second, SOON).path("status").asText()).isEqualTo("aborted");
  }

  @Test
  void an_interrupt_ends_the_running_cell() throws Exception {
    Thread interrupter =
        new Thread(
            () -> {
              try {
                Thread.sleep(1500);
              } catch (InterruptedException never) {
                throw new IllegalStateException(never);
              }
              client.interrupt();
            });
    interrupter.start();
    ObjectNode reply = client.execute("while (true) {}", m -> {}, SOON);
    interrupter.join();
    assertThat(reply.path("ename").asText()).isEqualTo("Interrupted");
  }

  @Test
  void requests_beside_execution_are_answered() throws IOException {
    ObjectNode info = ask("kernel_info_request", object());
    assertThat(info.path("status").asText()).isEqualTo("ok");
    assertThat(info.path("protocol_version").asText()).isEqualTo("5.4");
    assertThat(info.path("language_info").path("name").asText()).isEqualTo("java");
    ObjectNode complete =
        ask("complete_request", object().put("code", "\"ä\".len").put("cursor_pos", 7));
    assertThat(complete.path("matches").toString()).contains("length()");
    assertThat(complete.path("cursor_start").asInt()).isEqualTo(4);
    ObjectNode inspect =
        ask("inspect_request", object().put("code", "Math.max(").put("cursor_pos", 9));
    assertThat(inspect.path("found").asBoolean()).isTrue();
    ObjectNode is = ask("is_complete_request", object().put("code", "if (true) {"));
    assertThat(is.path("status").asText()).isEqualTo("incomplete");
    run("var remembered = 1;");
    ObjectNode history =
        ask("history_request", object().put("hist_access_type", "tail").put("n", 1));
    assertThat(history.path("history").toString()).contains("remembered");
    assertThat(ask("comm_info_request", object()).path("comms").isObject()).isTrue();
  }

  @Test
  void a_cell_can_ask_for_a_line() throws IOException {
    ObjectNode content =
        object()
            .put("code", "var line = new Scanner(System.in).nextLine();\nline.length()")
            .put("silent", false)
            .put("allow_stdin", true);
    Wire.Message request = client.send("execute_request", content);
    client.answerInput("hello", SOON);
    assertThat(client.awaitReply(request, SOON).path("status").asText()).isEqualTo("ok");
    ObjectNode refused = client.execute("System.in.read()", m -> {}, SOON);
    assertThat(refused.path("evalue").asText()).contains("gives no input");
  }

  @Test
  void a_shutdown_ends_a_busy_kernel() throws Exception {
    KernelClient other = KernelClient.start(Map.of(), folder.resolve("other.log"));
    other.send("execute_request", object().put("code", "while (true) {}").put("silent", false));
    Thread.sleep(800);
    long start = System.nanoTime();
    other.close();
    assertThat(other.process().waitFor(1, TimeUnit.SECONDS)).isTrue();
    assertThat((System.nanoTime() - start) * 1e-9).isLessThan(3.5);
  }

  @Test
  void the_runner_writes_outputs_and_stops_at_the_first_failure() throws IOException {
    Path notebook = folder.resolve("given.ipynb");
    Files.writeString(
        notebook,
        """
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
          {"cell_type": "markdown", "id": "m", "metadata": {}, "source": ["# Title"]},
          {"cell_type": "code", "id": "a", "metadata": {}, "source": ["int a = 2;\\n", "System.out.println(a);\\n", "a + 1"], "outputs": [], "execution_count": null},
          {"cell_type": "code", "id": "b", "metadata": {"tags": ["raises-exception"]}, "source": "List.of().get(0)", "outputs": [], "execution_count": null},
          {"cell_type": "code", "id": "c", "metadata": {}, "source": "int z = a / 0;", "outputs": [], "execution_count": null},
          {"cell_type": "code", "id": "d", "metadata": {}, "source": "System.out.println(1)", "outputs": [], "execution_count": null}
        ]}
        """);
    Path output = folder.resolve("out/executed.ipynb");
    List<String> told = new ArrayList<>();
    RunListener listener =
        new RunListener() {
          @Override
          public void begin(int cells) {
            told.add("cells " + cells);
          }

          @Override
          public void cell(int cell, String firstLine) {
            told.add(cell + " " + firstLine);
          }

          @Override
          public void output(String line) {
            told.add("> " + line);
          }
        };
    NotebookRun run = new NotebookRunner(Map.of(), SOON).run(notebook, output, listener);
    assertThat(run.cells()).isEqualTo(3);
    assertThat(run.failure().orElseThrow().sentence()).contains("Cell 3").contains("by zero");
    assertThat(run.peakMemory().orElse(1L)).isPositive();
    assertThat(told).contains("cells 4", "1 int a = 2;", "> 2", "> 3");
    String written = Files.readString(output);
    assertThat(written).contains("\"kernelspec\"").contains("IndexOutOfBounds").contains("by zero");
    assertThat(Wire.JSON.readTree(written).path("cells").path(4).path("outputs")).isEmpty();
  }

  @Test
  void a_file_that_is_no_notebook_is_refused_in_a_sentence() throws IOException {
    Path broken = folder.resolve("broken.ipynb");
    Files.writeString(broken, "{\"cells\": 3}");
    NotebookRunner runner = new NotebookRunner(Map.of(), SOON);
    assertThatThrownBy(() -> runner.run(broken, folder.resolve("x.ipynb"), null))
        .hasMessageContaining("no notebook of format 4");
    assertThatThrownBy(
            () -> runner.run(folder.resolve("none.ipynb"), folder.resolve("x.ipynb"), null))
        .hasMessageContaining("There is no notebook");
  }

  @Test
  void the_kernelspec_says_how_to_start_the_kernel() throws IOException {
    Path spec = KernelSpec.here().install(folder.resolve("prefix"));
    ObjectNode json = (ObjectNode) Wire.JSON.readTree(spec.resolve("kernel.json").toFile());
    assertThat(json.path("interrupt_mode").asText()).isEqualTo("message");
    assertThat(json.path("argv").toString()).contains("{connection_file}").contains("KernelMain");
    assertThat(spec.resolve("logo-64x64.png")).isNotEmptyFile();
  }
}
