package dev.adder.kernel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs a notebook through the real kernel, over its protocol, and writes it with its outputs. */
public final class NotebookRunner {

  private final Map<String, String> environment;
  private final Duration cellLimit;

  /**
   * @param environment of the kernel, such as {@code ADDER_FIGURES=static}
   * @param cellLimit longest time of a cell
   */
  public NotebookRunner(Map<String, String> environment, Duration cellLimit) {
    this.environment = Map.copyOf(environment);
    this.cellLimit = cellLimit;
  }

  /**
   * Runs a notebook from its first cell to its last, or to the first that fails.
   *
   * @param notebook in nbformat 4
   * @param output written in any case; its folder is made if need be
   */
  public NotebookRun run(Path notebook, Path output, RunListener listener) throws IOException {
    long start = System.nanoTime();
    ObjectNode root = read(notebook);
    List<ObjectNode> cells = codeCells(root);
    listener.begin(cells.size());
    Files.createDirectories(output.toAbsolutePath().getParent());
    Path log = Files.createTempFile("adder-kernel", ".log");
    Optional<String> failure = Optional.empty();
    Optional<Long> memory;
    int done = 0;
    try (KernelClient client = KernelClient.start(environment, log)) {
      Map<String, List<ObjectNode>> displays = new HashMap<>();
      for (ObjectNode cell : cells) {
        done++;
        failure = execute(client, cell, done, displays, listener);
        if (failure.isPresent()) {
          break;
        }
      }
      memory = client.peakMemory();
    } finally {
      write(root, output);
      Files.deleteIfExists(log);
    }
    return new NotebookRun(output, done, (System.nanoTime() - start) * 1e-9, memory, failure);
  }

  private static ObjectNode read(Path notebook) throws IOException {
    if (!Files.exists(notebook)) {
      throw new IOException("There is no notebook " + notebook + ".");
    }
    try {
      JsonNode root = Wire.JSON.readTree(notebook.toFile());
      if (root instanceof ObjectNode object
          && object.path("nbformat").asInt() == 4
          && object.path("cells").isArray()) {
        return object;
      }
      throw new IOException(
          notebook + " is no notebook of format 4. Save it anew from JupyterLab.");
    } catch (JsonProcessingException malformed) {
      throw new IOException(
          notebook + " is no notebook: " + malformed.getOriginalMessage() + ".", malformed);
    }
  }

  private static List<ObjectNode> codeCells(ObjectNode root) {
    List<ObjectNode> cells = new ArrayList<>();
    int number = 0;
    for (JsonNode node : root.path("cells")) {
      ObjectNode cell = (ObjectNode) node;
      number++;
      if (!cell.has("id")) {
        cell.put("id", "cell-" + number);
      }
      if (cell.path("cell_type").asText().equals("code")) {
        cell.putArray("outputs");
        cell.putNull("execution_count");
        cells.add(cell);
      }
    }
    return cells;
  }

  /** The source of a cell, which nbformat allows as a string or as lines. */
  static String source(JsonNode cell) {
    JsonNode source = cell.path("source");
    if (!source.isArray()) {
      return source.asText();
    }
    StringBuilder text = new StringBuilder();
    source.forEach(line -> text.append(line.asText()));
    return text.toString();
  }

  private Optional<String> execute(
      KernelClient client,
      ObjectNode cell,
      int number,
      Map<String, List<ObjectNode>> displays,
      RunListener listener)
      throws IOException {
    String code = source(cell);
    String first = code.lines().filter(line -> !line.isBlank()).findFirst().orElse("").strip();
    listener.cell(number, first);
    ArrayNode outputs = (ArrayNode) cell.path("outputs");
    ObjectNode reply;
    try {
      reply =
          client.execute(
              code, message -> collect(message, cell, outputs, displays, listener), cellLimit);
    } catch (IOException gone) {
      outputs
          .addObject()
          .put("output_type", "error")
          .put("ename", "KernelError")
          .put("evalue", gone.getMessage())
          .putArray("traceback")
          .add(gone.getMessage());
      return Optional.of("Cell %d (%s): %s".formatted(number, first, gone.getMessage()));
    }
    boolean expected = false;
    for (JsonNode tag : cell.path("metadata").path("tags")) {
      expected |= tag.asText().equals("raises-exception");
    }
    if (reply.path("status").asText().equals("ok") || expected) {
      return Optional.empty();
    }
    return Optional.of(
        "Cell %d (%s) failed with %s: %s"
            .formatted(number, first, reply.path("ename").asText(), reply.path("evalue").asText()));
  }

  private static void collect(
      Wire.Message message,
      ObjectNode cell,
      ArrayNode outputs,
      Map<String, List<ObjectNode>> displays,
      RunListener listener) {
    ObjectNode content = message.content();
    switch (message.type()) {
      case "execute_input" -> cell.set("execution_count", content.path("execution_count"));
      case "stream" -> stream(content, outputs, listener);
      case "display_data", "execute_result" -> {
        ObjectNode output = outputs.addObject().put("output_type", message.type());
        output.set("data", content.path("data"));
        output.set("metadata", content.path("metadata"));
        if (message.type().equals("execute_result")) {
          output.set("execution_count", content.path("execution_count"));
        }
        String id = content.path("transient").path("display_id").asText("");
        if (!id.isEmpty()) {
          displays.computeIfAbsent(id, key -> new ArrayList<>()).add(output);
        }
        tell(content.path("data").path("text/plain").asText(), listener);
      }
      case "update_display_data" -> {
        String id = content.path("transient").path("display_id").asText("");
        for (ObjectNode output : displays.getOrDefault(id, List.of())) {
          output.set("data", content.path("data"));
          output.set("metadata", content.path("metadata"));
        }
        tell(content.path("data").path("text/plain").asText(), listener);
      }
      case "clear_output" -> outputs.removeAll();
      case "error" -> {
        ObjectNode output = outputs.addObject().put("output_type", "error");
        output.set("ename", content.path("ename"));
        output.set("evalue", content.path("evalue"));
        output.set("traceback", content.path("traceback"));
      }
      default -> {}
    }
  }

  private static void stream(ObjectNode content, ArrayNode outputs, RunListener listener) {
    String name = content.path("name").asText();
    String text = content.path("text").asText();
    JsonNode last = outputs.path(outputs.size() - 1);
    if (last.path("output_type").asText().equals("stream")
        && last.path("name").asText().equals(name)) {
      ((ObjectNode) last).put("text", last.path("text").asText() + text);
    } else {
      outputs.addObject().put("output_type", "stream").put("name", name).put("text", text);
    }
    tell(text, listener);
  }

  private static void tell(String text, RunListener listener) {
    List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
    if (!lines.isEmpty()) {
      listener.output(lines.get(lines.size() - 1).strip());
    }
  }

  private static void write(ObjectNode root, Path output) throws IOException {
    root.put("nbformat", 4).put("nbformat_minor", 5);
    ObjectNode metadata = root.withObjectProperty("metadata");
    ObjectNode spec = metadata.putObject("kernelspec");
    spec.put("name", KernelSpec.NAME).put("display_name", KernelSpec.DISPLAY_NAME);
    spec.put("language", "java");
    metadata.set("language_info", KernelServer.languageInfo());
    Wire.JSON.writer().with(SerializationFeature.INDENT_OUTPUT).writeValue(output.toFile(), root);
  }
}
