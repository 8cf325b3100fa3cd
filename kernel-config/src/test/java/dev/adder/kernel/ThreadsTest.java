package dev.adder.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What users of other kernels suffer from, by their threads: a notebook for each, run in the real
 * kernel. A cell's metadata say under {@code expect} what must come of it:
 *
 * <ul>
 *   <li>{@code output}: a part of what it prints or shows, and that it does not fail
 *   <li>{@code error}: a part of the name of its exception; {@code has}: a part of the message
 *   <li>{@code without}: what none of its messages holds; {@code once}: what they hold once
 *   <li>{@code mime}: a form of what it shows; {@code stderr}: all of its standard error
 *   <li>{@code interrupt}: the text after which it is interrupted
 *   <li>{@code seconds}: how long it may take
 * </ul>
 */
class ThreadsTest {

  private static final Duration LIMIT = Duration.ofSeconds(120);

  @TempDir private static Path folder;
  private static KernelClient client;

  @BeforeAll
  static void start() throws IOException {
    client = KernelClient.start(KernelSpec.here(), Map.of(), folder, folder.resolve("log"));
  }

  @AfterAll
  static void stop() throws IOException {
    client.close();
  }

  static List<Path> notebooks() throws IOException, URISyntaxException {
    Path threads =
        Path.of(Objects.requireNonNull(ThreadsTest.class.getResource("threads")).toURI());
    try (Stream<Path> files = Files.list(threads)) {
      return files.filter(file -> file.toString().endsWith(".ipynb")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("notebooks")
  void what_others_suffer_from_is_gone(Path notebook) throws IOException {
    for (JsonNode cell : Wire.JSON.readTree(notebook.toFile()).path("cells")) {
      if (cell.path("cell_type").asText().equals("code")) {
        run(source(cell), cell.path("metadata").path("expect"));
      }
    }
  }

  private static String source(JsonNode cell) {
    StringBuilder source = new StringBuilder();
    cell.path("source").forEach(line -> source.append(line.asText()));
    return source.toString();
  }

  private static void run(String code, JsonNode expected) throws IOException {
    StringBuilder messages = new StringBuilder();
    StringBuilder output = new StringBuilder();
    StringBuilder standardError = new StringBuilder();
    long start = System.nanoTime();
    ObjectNode reply =
        client.execute(
            code,
            message -> {
              JsonNode content = message.content();
              if (message.type().equals("execute_input")) {
                return;
              }
              messages.append(content);
              output.append(content.path("text").asText());
              output.append(content.path("data").path("text/plain").asText());
              if (content.path("name").asText().equals("stderr")) {
                standardError.append(content.path("text").asText());
              }
              String begun = expected.path("interrupt").asText();
              if (!begun.isEmpty() && content.path("text").asText().contains(begun)) {
                client.interrupt();
              }
            },
            LIMIT);
    double seconds = (System.nanoTime() - start) * 1e-9;
    messages.append(reply);
    if (expected.has("error")) {
      assertThat(reply.path("ename").asText()).as(code).contains(expected.path("error").asText());
      String told = reply.path("evalue").asText() + reply.path("traceback");
      assertThat(told).as(code).contains(expected.path("has").asText());
    } else {
      assertThat(reply.path("status").asText()).as("%s: %s", code, reply).isEqualTo("ok");
      assertThat(output).as(code).contains(expected.path("output").asText());
    }
    if (expected.has("without")) {
      assertThat(messages).as(code).doesNotContain(expected.path("without").asText());
    }
    if (expected.has("once")) {
      assertThat(output).as(code).containsOnlyOnce(expected.path("once").asText());
    }
    if (expected.has("mime")) {
      assertThat(messages).as(code).contains("\"" + expected.path("mime").asText() + "\":");
    }
    if (expected.has("stderr")) {
      assertThat(standardError).as(code).hasToString(expected.path("stderr").asText());
    }
    if (expected.has("seconds")) {
      assertThat(seconds).as(code).isLessThan(expected.path("seconds").asDouble());
    }
  }

  @Test
  void each_notebook_is_named_by_its_thread_and_expects_something_of_each_cell()
      throws IOException, URISyntaxException {
    Pattern link =
        Pattern.compile("\\[([\\w-]+)#(\\d+)]\\(https://github\\.com/[\\w/-]+/issues/\\d+\\)");
    for (Path notebook : notebooks()) {
      JsonNode cells = Wire.JSON.readTree(notebook.toFile()).path("cells");
      var links = link.matcher(source(cells.path(0)));
      assertThat(links.find()).as(notebook.toString()).isTrue();
      assertThat(notebook.getFileName().toString()).contains("-" + links.group(2) + "-");
      cells.forEach(
          cell ->
              assertThat(cell.path("cell_type").asText().equals("markdown"))
                  .isNotEqualTo(cell.path("metadata").path("expect").isObject()));
    }
  }
}
