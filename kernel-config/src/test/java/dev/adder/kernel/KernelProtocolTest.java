package dev.adder.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.spencerpark.jupyter.messages.HMACGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real kernel process over its real protocol. */
class KernelProtocolTest {

  private static final Duration SOON = Duration.ofSeconds(120);

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
            "LossPlot.of(new TrainingLog(\"main\", List.of(new TrainingLog.Step(1, 0.7, 1e-3, 1,"
                + " 1)), List.of()))");
    assertThat(figure.toString()).contains("application/vnd.plotly.v1+json");
    run(
        "%env ADDER_FIGURES=static\n"
            + "var curve = new TrainingLog(\"main\", List.of(new TrainingLog.Step(1, 0.7, 1e-3, 1,"
            + " 1)), List.of());");
    assertThat(run("curve").toString()).contains("image/png").doesNotContain("vnd.plotly");
    run("%env ADDER_FIGURES=interactive");
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
    // What is sent once the failure is known is run.
    assertThat(client.awaitReply(second, SOON).path("status").asText()).isEqualTo("aborted");
    assertThat(client.execute("int q = 1 / 0;", m -> {}, SOON).path("status").asText())
        .isEqualTo("error");
    assertThat(text(run("System.out.print(\"next\")"), "stdout")).isEqualTo("next");
  }

  /** Runs a cell that prints "begun", and interrupts it then. */
  private static ObjectNode interrupted(String code) throws IOException {
    return client.execute(
        code,
        message -> {
          if (message.content().path("text").asText().contains("begun")) {
            client.interrupt();
          }
        },
        SOON);
  }

  @Test
  void an_interrupt_ends_the_running_cell() throws IOException {
    assertThat(interrupted("System.out.println(\"begun\"); while (true) {}").path("ename").asText())
        .isEqualTo("Interrupted");
    assertThat(
            interrupted("System.out.println(\"begun\"); Thread.sleep(60_000);")
                .path("ename")
                .asText())
        .isEqualTo("Interrupted");
  }

  @Test
  void an_interrupt_ends_a_cell_that_waits_for_input() throws IOException {
    ObjectNode content =
        object().put("code", "System.in.read()").put("silent", false).put("allow_stdin", true);
    Wire.Message request = client.send("execute_request", content);
    client.awaitInputRequest(SOON);
    client.interrupt();
    assertThat(client.awaitReply(request, SOON).path("ename").asText()).isEqualTo("Interrupted");
    // The answer comes too late and is nobody's.
    ObjectNode next =
        object()
            .put("code", "new Scanner(System.in).nextLine()")
            .put("silent", false)
            .put("allow_stdin", true);
    Wire.Message second = client.send("execute_request", next);
    client.answerInput("fresh", SOON);
    assertThat(client.awaitReply(second, SOON).path("status").asText()).isEqualTo("ok");
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
    run("var another = 2;");
    ObjectNode search = object().put("hist_access_type", "search").put("pattern", "*anot?er*");
    assertThat(ask("history_request", search.put("n", 5)).path("history")).hasSize(1);
    ObjectNode range = object().put("hist_access_type", "range").put("session", 0);
    JsonNode both =
        ask("history_request", range.put("start", 1).put("stop", 100_000).put("output", true))
            .path("history");
    assertThat(both.get(both.size() - 1).get(2).get(0).asText()).isEqualTo("var another = 2;");
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
  void silent_cells_and_user_expressions_follow_the_protocol() throws IOException {
    int before = run("1").get(1).content().path("execution_count").asInt();
    ObjectNode quiet = object().put("code", "var hidden = 7;").put("silent", true);
    assertThat(ask("execute_request", quiet).path("execution_count").asInt()).isEqualTo(before);
    ObjectNode content = object().put("code", "").put("silent", false);
    content.putObject("user_expressions").put("a", "hidden + 1").put("b", "nothing");
    JsonNode answers = ask("execute_request", content).path("user_expressions");
    assertThat(answers.path("a").path("data").path("text/plain").asText()).isEqualTo("8");
    assertThat(answers.path("b").path("status").asText()).isEqualTo("error");
  }

  @Test
  void the_two_streams_keep_their_order() throws IOException {
    List<Wire.Message> messages =
        run("System.out.print(\"a\"); System.err.print(\"b\"); System.out.print(\"c\");");
    assertThat(
            messages.stream()
                .filter(m -> m.type().equals("stream"))
                .map(m -> m.content().path("text").asText()))
        .containsExactly("a", "b", "c");
  }

  @Test
  void a_hundred_megabytes_of_output_are_cut_and_survived() throws IOException {
    String text =
        text(
            run(
                "String line = \"x\".repeat(9_999); for (int i = 0; i < 10_000; i++) {"
                    + " System.out.println(line); }"),
            "stdout");
    assertThat(text).hasSizeLessThan(20_000_000).endsWith("Write it to a file.\n");
    assertThat(run("1 + 1").toString()).contains("\"text/plain\":\"2\"");
  }

  @Test
  void logging_never_reaches_a_cell() throws IOException {
    List<Wire.Message> messages =
        run(
            "java.util.logging.Logger.getLogger(\"noise\").severe(\"jul\");\n"
                + "System.getLogger(\"noise\").log(System.Logger.Level.ERROR, \"platform\");\n"
                + "org.slf4j.LoggerFactory.getLogger(\"noise\").error(\"slf4j\");");
    assertThat(messages).extracting(Wire.Message::type).doesNotContain("stream");
  }

  @Test
  void a_thread_that_a_cell_began_prints_after_its_end() throws Exception {
    run(
        "import java.util.concurrent.*;\n"
            + "var gate = new CountDownLatch(1);\n"
            + "new Thread(() -> { try { gate.await(); } catch (InterruptedException e) { return; }"
            + " System.out.println(\"late\"); }).start();");
    List<Wire.Message> messages = run("gate.countDown(); Thread.sleep(200);");
    assertThat(text(messages, "stdout")).isEqualTo("late\n");
  }

  @Test
  void output_can_be_cleared_and_formulas_have_a_text() throws IOException {
    List<Wire.Message> messages = run("clearOutput(true);\nlatex(\"h_t\")");
    Wire.Message clear =
        messages.stream().filter(m -> m.type().equals("clear_output")).findFirst().orElseThrow();
    assertThat(clear.content().path("wait").asBoolean()).isTrue();
    assertThat(messages.toString())
        .contains("\"text/latex\":\"$$h_t$$\"", "\"text/plain\":\"h_t\"");
  }

  @Test
  void a_channel_between_cell_and_front_end_carries_messages_both_ways() throws IOException {
    run(
        "onComm(\"echo\", comm -> comm.onMessage(data -> comm.send(Map.of(\"back\","
            + " data.get(\"v\")))));");
    client.send("comm_open", object().put("comm_id", "c1").put("target_name", "echo"));
    ObjectNode message = object().put("comm_id", "c1");
    message.putObject("data").put("v", 5);
    client.send("comm_msg", message);
    assertThat(client.awaitOutput("comm_msg", SOON).path("data").path("back").asInt()).isEqualTo(5);
    assertThat(
            ask("comm_info_request", object())
                .path("comms")
                .path("c1")
                .path("target_name")
                .asText())
        .isEqualTo("echo");
    client.send("comm_open", object().put("comm_id", "c2").put("target_name", "nobody"));
    assertThat(client.awaitOutput("comm_close", SOON).path("comm_id").asText()).isEqualTo("c2");
    List<Wire.Message> opened = run("openComm(\"jupyter.widget\", Map.of(\"state\", 1)).close();");
    assertThat(opened).extracting(Wire.Message::type).contains("comm_open", "comm_close");
  }

  @Test
  void forged_replayed_and_broken_messages_are_ignored() throws Exception {
    Wire.Message real = client.send("kernel_info_request", object());
    client.awaitReply(real, SOON);
    client.sendAgain(real);
    Wire forger = new Wire(new HMACGenerator("HmacSHA256", "wrong"), "forger");
    forger.send(
        client.shell(),
        forger.message("execute_request", null, object().put("code", "var forged = 1;")));
    for (String frame : List.of("<IDS|MSG>", "", "{", "[]", "null")) {
      client.shell().sendMore(frame);
    }
    client.shell().send("\u0000");
    client.shell().send("nonsense");
    client.send("no_such_request", object());
    assertThat(ask("execute_request", object().put("code", "forged")).path("evalue").asText())
        .contains("cannot find symbol");
  }

  @Test
  void a_library_that_logs_or_exits_does_not_take_the_reason_with_it() throws Exception {
    Path log = folder.resolve("exit.log");
    try (KernelClient other = KernelClient.start(Map.of(), log)) {
      other.send(
          "execute_request",
          object()
              .put("code", "System.class.getMethod(\"exit\", int.class).invoke(null, 3);")
              .put("silent", false));
      assertThat(other.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
      other.restart(log);
      List<Wire.Message> messages = new ArrayList<>();
      other.execute("1", messages::add, SOON);
      assertThat(text(messages, "stderr"))
          .contains("called System.exit in cell 1", "variables are gone");
    }
  }

  @Test
  void after_a_crash_the_first_message_says_why() throws Exception {
    Path log = folder.resolve("crash.log");
    try (KernelClient other = KernelClient.start(Map.of(), log)) {
      other.execute("int before = 1;", m -> {}, SOON);
      other.process().destroyForcibly().waitFor();
      assertThat(firstMessage(other, log, "before"))
          .contains("killed from outside between cells", "variables are gone");
      other.send(
          "execute_request",
          object().put("code", "new com.sun.jna.Pointer(8).getInt(0)").put("silent", false));
      assertThat(other.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(firstMessage(other, log, "1"))
          .contains("crashed in cell", "getInt", "SIGSEGV", "Details: ");
      List<Wire.Message> messages = new ArrayList<>();
      other.execute("2", messages::add, SOON);
      assertThat(text(messages, "stderr")).isEmpty();
    }
  }

  /**
   * Starts a kernel again whose process has ended and runs a cell; tells the first thing that it
   * says. On quiet cores that is there within 5 seconds.
   */
  private static String firstMessage(KernelClient ended, Path log, String cell) throws IOException {
    long start = System.nanoTime();
    ended.restart(log);
    AtomicLong told = new AtomicLong();
    List<Wire.Message> messages = new ArrayList<>();
    ended.execute(
        cell,
        message -> {
          if (message.type().equals("stream")) {
            told.compareAndSet(0, System.nanoTime());
          }
          messages.add(message);
        },
        SOON);
    double seconds = (told.get() - start) * 1e-9;
    System.out.printf(
        Locale.ROOT,
        "Measured: %.2f s from the restart to an answer, %.2f s to the reason%n",
        ended.readySeconds(),
        seconds);
    assertThat(seconds).isLessThan(25);
    assertThat(messages.stream().filter(m -> !m.type().matches("status|execute_input")).findFirst())
        .hasValueSatisfying(
            first -> assertThat(first.content().path("name").asText()).isEqualTo("stderr"));
    return text(messages, "stderr");
  }

  @Test
  void a_restart_on_request_is_told_in_the_banner_and_not_in_the_notebook() throws Exception {
    Path log = folder.resolve("again.log");
    try (KernelClient other = KernelClient.start(Map.of(), log)) {
      other.shutDown(true);
      assertThat(other.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
      other.restart(log);
      assertThat(other.ask("kernel_info_request", object(), SOON).path("banner").asText())
          .contains("restarted on request");
      List<Wire.Message> messages = new ArrayList<>();
      other.execute("1", messages::add, SOON);
      assertThat(text(messages, "stderr")).isEmpty();
    }
  }

  @Test
  void a_shutdown_ends_a_busy_kernel() throws Exception {
    KernelClient other = KernelClient.start(Map.of(), folder.resolve("other.log"));
    other.send(
        "execute_request",
        object().put("code", "System.out.println(1); while (true) {}").put("silent", false));
    other.awaitOutput("stream", SOON);
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
