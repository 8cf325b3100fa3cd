package dev.adder.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Turns the kernel's messages into the outputs of cells, as a front end would show them. */
final class NotebookOutputs {

  private final Map<String, List<ObjectNode>> displays = new HashMap<>();
  private final RunListener listener;
  private boolean clearBeforeNext;

  NotebookOutputs(RunListener listener) {
    this.listener = listener;
  }

  /** Takes a message that belongs to this cell. */
  void take(Wire.Message message, ObjectNode cell) {
    ArrayNode outputs = (ArrayNode) cell.path("outputs");
    ObjectNode content = message.content();
    switch (message.type()) {
      case "execute_input" -> {
        clearBeforeNext = false;
        cell.set("execution_count", content.path("execution_count"));
      }
      case "stream" -> stream(content, outputs);
      case "display_data", "execute_result" -> display(message.type(), content, outputs);
      case "update_display_data" -> update(content);
      case "clear_output" -> {
        if (content.path("wait").asBoolean()) {
          clearBeforeNext = true;
        } else {
          outputs.removeAll();
        }
      }
      case "error" -> {
        ObjectNode output = begin(outputs, "error");
        output.set("ename", content.path("ename"));
        output.set("evalue", content.path("evalue"));
        output.set("traceback", content.path("traceback"));
      }
      default -> {}
    }
  }

  private ObjectNode begin(ArrayNode outputs, String type) {
    if (clearBeforeNext) {
      outputs.removeAll();
      clearBeforeNext = false;
    }
    return outputs.addObject().put("output_type", type);
  }

  private void display(String type, ObjectNode content, ArrayNode outputs) {
    ObjectNode output = begin(outputs, type);
    output.set("data", content.path("data"));
    output.set("metadata", content.path("metadata"));
    if (type.equals("execute_result")) {
      output.set("execution_count", content.path("execution_count"));
    }
    String id = content.path("transient").path("display_id").asText("");
    if (!id.isEmpty()) {
      displays.computeIfAbsent(id, key -> new ArrayList<>()).add(output);
    }
    tell(content.path("data").path("text/plain").asText());
  }

  private void update(ObjectNode content) {
    String id = content.path("transient").path("display_id").asText("");
    for (ObjectNode output : displays.getOrDefault(id, List.of())) {
      output.set("data", content.path("data"));
      output.set("metadata", content.path("metadata"));
    }
    tell(content.path("data").path("text/plain").asText());
  }

  private void stream(ObjectNode content, ArrayNode outputs) {
    String name = content.path("name").asText();
    String text = content.path("text").asText();
    JsonNode last = clearBeforeNext ? null : outputs.get(outputs.size() - 1);
    if (last != null
        && last.path("output_type").asText().equals("stream")
        && last.path("name").asText().equals(name)) {
      ((ObjectNode) last).put("text", returned(last.path("text").asText() + text));
    } else {
      begin(outputs, "stream").put("name", name).put("text", returned(text));
    }
    tell(text);
  }

  /** What is left to see of each line after its carriage returns. */
  static String returned(String text) {
    if (text.indexOf('\r') < 0) {
      return text;
    }
    StringBuilder seen = new StringBuilder();
    for (String line : text.replace("\r\n", "\n").split("(?<=\n)", -1)) {
      boolean ended = line.endsWith("\n");
      String content = ended ? line.substring(0, line.length() - 1) : line;
      // A return at the very end waits for what will be written over the line.
      boolean waits = content.endsWith("\r");
      String[] written = content.split("\r", -1);
      String shown = written[written.length - (waits && written.length > 1 ? 2 : 1)];
      seen.append(shown).append(waits && !ended ? "\r" : "").append(ended ? "\n" : "");
    }
    return seen.toString();
  }

  private void tell(String text) {
    List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
    if (!lines.isEmpty()) {
      listener.output(lines.get(lines.size() - 1).strip());
    }
  }
}
