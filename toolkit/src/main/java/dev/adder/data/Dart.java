package dev.adder.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.adder.data.files.Row;
import dev.adder.data.files.Rows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * DART: triples of subject, relation and object, to be told as text. A training example for every
 * text; an evaluation example for every set of triples, with all its texts as good answers.
 */
final class Dart implements Posed.Reader {

  static final List<Piece> PIECES =
      List.of(
          Piece.of("train", "dart-v1.1.1-full-train.json"),
          Piece.of("dev", "dart-v1.1.1-full-dev.json"),
          Piece.of("test", "dart-v1.1.1-full-test.json"));

  static final Template TEMPLATE =
      new Template("Generate text for the following RDF triples:\n", false);

  @Override
  public Posed read(Shipped files, Form form) throws IOException {
    List<Example> train = new ArrayList<>();
    for (Example set : sets(files.get("train"))) {
      set.answers().forEach(text -> train.add(new Example(set.input(), text)));
    }
    return new Posed(
        TEMPLATE,
        new Answer.Text(),
        Optional.empty(),
        List.of("meteor", form == Form.RELEASED ? "bleu_shortest" : "bleu"),
        new Splits(train, sets(files.get("dev")), sets(files.get("test"))));
  }

  private static List<Example> sets(Path file) throws IOException {
    List<Example> sets = new ArrayList<>();
    Rows.read(file, row -> sets.add(new Example(triples(row), texts(row))));
    return sets;
  }

  private static String triples(Row row) throws IOException {
    List<String> triples = new ArrayList<>();
    for (JsonNode triple : row.field("tripleset")) {
      if (triple.size() != 3) {
        throw row.wrong("has a triple of %d parts: %s.", triple.size(), triple);
      }
      triples.add(
          triple.get(0).asText() + " : " + triple.get(1).asText() + " : " + triple.get(2).asText());
    }
    return String.join(" | ", triples);
  }

  private static List<String> texts(Row row) throws IOException {
    List<String> texts = new ArrayList<>();
    for (JsonNode annotation : row.field("annotations")) {
      String text = annotation.path("text").asText();
      if (text.contains(Template.SEPARATOR)) {
        throw row.wrong("has a text with the separator \"%s\" in it: %s", Template.SEPARATOR, text);
      }
      texts.add(text);
    }
    if (texts.isEmpty()) {
      throw row.wrong("has no annotation.");
    }
    return texts;
  }
}
