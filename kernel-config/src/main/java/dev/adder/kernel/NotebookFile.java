package dev.adder.kernel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A notebook's file: read strictly, its outputs emptied, written as valid nbformat 4.5. */
final class NotebookFile {

  private static final String PARAMETERS = "parameters";
  private static final String INJECTED = "injected-parameters";

  private final Path file;
  private final ObjectNode root;

  private NotebookFile(Path file, ObjectNode root) {
    this.file = file;
    this.root = root;
  }

  static NotebookFile read(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException("There is no notebook " + file + ".");
    }
    try {
      JsonNode root = Wire.JSON.readTree(file.toFile());
      if (root instanceof ObjectNode object
          && object.path("nbformat").asInt() == 4
          && object.path("cells").isArray()) {
        NotebookFile notebook = new NotebookFile(file, object);
        notebook.normalize();
        return notebook;
      }
      throw new IOException(file + " is no notebook of format 4. Save it anew from JupyterLab.");
    } catch (JsonProcessingException malformed) {
      throw new IOException(
          file + " is no notebook: " + malformed.getOriginalMessage() + ".", malformed);
    }
  }

  /** Gives every cell what format 4.5 asks for, and empties the outputs. */
  private void normalize() throws IOException {
    Set<String> ids = new HashSet<>();
    int number = 0;
    for (JsonNode node : root.path("cells")) {
      number++;
      String type = node.path("cell_type").asText();
      if (!(node instanceof ObjectNode cell) || !Set.of("code", "markdown", "raw").contains(type)) {
        throw new IOException(
            "Cell %d of %s is neither code, markdown nor raw. Save it anew from JupyterLab."
                .formatted(number, file));
      }
      String id = cell.path("id").asText();
      if (!id.matches("[A-Za-z0-9_-]{1,64}") || !ids.add(id)) {
        String fresh = "cell-" + number;
        while (!ids.add(fresh)) {
          fresh += "-";
        }
        cell.put("id", fresh);
      }
      cell.withObjectProperty("metadata");
      if (!cell.has("source")) {
        cell.put("source", "");
      }
      if (type.equals("code")) {
        cell.putArray("outputs");
        cell.putNull("execution_count");
      } else {
        cell.remove(List.of("outputs", "execution_count"));
      }
    }
  }

  List<ObjectNode> codeCells() {
    List<ObjectNode> cells = new ArrayList<>();
    for (JsonNode cell : root.path("cells")) {
      if (cell.path("cell_type").asText().equals("code")) {
        cells.add((ObjectNode) cell);
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

  static boolean tagged(JsonNode cell, String tag) {
    for (JsonNode each : cell.path("metadata").path("tags")) {
      if (each.asText().equals(tag)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Puts a cell with these values behind the cell that is tagged {@code parameters}, in place of an
   * earlier one.
   *
   * @throws IllegalArgumentException if the notebook declares no such parameter, or of another type
   */
  void parameters(Map<String, String> values) {
    if (values.isEmpty()) {
      return;
    }
    ArrayNode cells = (ArrayNode) root.path("cells");
    int declared = -1;
    for (int i = cells.size() - 1; i >= 0; i--) {
      if (tagged(cells.get(i), INJECTED)) {
        cells.remove(i);
      }
    }
    for (int i = 0; i < cells.size(); i++) {
      declared = declared < 0 && tagged(cells.get(i), PARAMETERS) ? i : declared;
    }
    if (declared < 0) {
      throw new IllegalArgumentException(
          "%s has no cell tagged \"parameters\", so nothing in it would read %s. Tag the cell that declares them."
              .formatted(file.getFileName(), String.join(", ", values.keySet())));
    }
    String code = new NotebookParameters(source(cells.get(declared))).assignments(values);
    ObjectNode cell = Wire.JSON.createObjectNode();
    cell.put("cell_type", "code").put("id", "injected-parameters").putNull("execution_count");
    cell.putObject("metadata").putArray("tags").add(INJECTED);
    cell.put("source", code).putArray("outputs");
    cells.insert(declared + 1, cell);
  }

  /** Writes it in place of what is there, at once or not at all. */
  void write(Path output, KernelSpec kernel) throws IOException {
    root.put("nbformat", 4).put("nbformat_minor", 5);
    ObjectNode metadata = root.withObjectProperty("metadata");
    ObjectNode spec = metadata.putObject("kernelspec");
    spec.put("name", kernel.name()).put("display_name", kernel.displayName());
    spec.put("language", "java");
    metadata.set("language_info", CodeRequests.languageInfo());
    Path fresh = output.resolveSibling(output.getFileName() + ".new");
    Wire.JSON.writer().with(SerializationFeature.INDENT_OUTPUT).writeValue(fresh.toFile(), root);
    Files.move(fresh, output, StandardCopyOption.REPLACE_EXISTING);
  }
}
