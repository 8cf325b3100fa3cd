package dev.adder.data.files;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One row of a file, whatever the file's format.
 *
 * @param place file and number of the row, for messages
 * @param fields by name
 */
public record Row(String place, JsonNode fields) {

  /** The first of these fields that is there and not null. */
  public Optional<JsonNode> find(String... names) {
    for (String name : names) {
      JsonNode field = fields.get(name);
      if (field != null && !field.isNull()) {
        return Optional.of(field);
      }
    }
    return Optional.empty();
  }

  /**
   * The first of these fields that is there.
   *
   * @throws IOException if none is
   */
  public JsonNode field(String... names) throws IOException {
    Optional<JsonNode> found = find(names);
    if (found.isEmpty()) {
      List<String> has = new ArrayList<>();
      fields.fieldNames().forEachRemaining(has::add);
      throw new IOException(
          "%s has no %s; it has %s. Fetch the file again, or give one in its publisher's format."
              .formatted(
                  place,
                  String.join(" or ", names),
                  has.isEmpty() ? "nothing" : String.join(", ", has)));
    }
    return found.get();
  }

  /** The text of the first of these fields that is there. */
  public String text(String... names) throws IOException {
    JsonNode field = field(names);
    if (!field.isValueNode()) {
      throw new IOException(
          "%s: %s is not a text but %s.".formatted(place, names[0], field.getNodeType()));
    }
    return field.asText();
  }

  /** The texts of a list. */
  public List<String> texts(String... names) throws IOException {
    JsonNode field = field(names);
    if (!field.isArray()) {
      throw new IOException(
          "%s: %s is not a list but %s.".formatted(place, names[0], field.getNodeType()));
    }
    List<String> texts = new ArrayList<>();
    field.forEach(item -> texts.add(item.asText()));
    return texts;
  }

  /** A complaint about this row. */
  public IOException wrong(String format, Object... values) {
    return new IOException(place + " " + format.formatted(values));
  }
}
