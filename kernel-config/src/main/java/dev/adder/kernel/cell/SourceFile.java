package dev.adder.kernel.cell;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file of Java statements, or a notebook, to be run in the notebook at hand. */
final class SourceFile {

  /**
   * A piece of a file.
   *
   * @param where it stands, for messages
   */
  record Part(String code, String where) {}

  private SourceFile() {}

  /** The pieces of a file: one, or for a notebook one per cell of code. */
  static List<Part> read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new MagicException("There is no file %s.".formatted(file.toAbsolutePath()));
    }
    String name = file.getFileName().toString();
    String text = Files.readString(file);
    return name.endsWith(".ipynb") ? cells(name, text) : List.of(new Part(text, name));
  }

  private static List<Part> cells(String name, String json) {
    try {
      List<Part> parts = new ArrayList<>();
      for (JsonNode cell : new ObjectMapper().readTree(json).path("cells")) {
        if (cell.path("cell_type").asText().equals("code")) {
          StringBuilder code = new StringBuilder();
          JsonNode source = cell.path("source");
          if (source.isArray()) {
            source.forEach(line -> code.append(line.asText()));
          } else {
            code.append(source.asText());
          }
          parts.add(new Part(code.toString(), "%s, cell %d".formatted(name, parts.size() + 1)));
        }
      }
      return parts;
    } catch (JsonProcessingException malformed) {
      throw new MagicException(
          "%s is no notebook: %s.".formatted(name, malformed.getOriginalMessage()));
    }
  }
}
