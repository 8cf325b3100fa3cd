package dev.adder.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.adder.data.files.Row;
import dev.adder.data.files.Rows;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Questions with a few possible answers: ARC, PIQA, BoolQ, MMLU. One token is asked for, the most
 * probable of the possible ones. The released code has readers for them but no experiment.
 */
final class Questions {

  private static final List<String> LETTERS = List.of("A", "B", "C", "D", "E");

  private Questions() {}

  private interface Asking {
    Example of(Row row) throws IOException;
  }

  private static Posed posed(List<String> words, Splits splits) {
    return new Posed(
        Template.PLAIN,
        new Answer.Choice(words, words, false),
        Optional.empty(),
        List.of("accuracy"),
        splits);
  }

  private static List<Example> ask(Path file, Asking asking) throws IOException {
    List<Example> examples = new ArrayList<>();
    Rows.read(file, row -> examples.add(asking.of(row)));
    return examples;
  }

  /** Where ARC's files lie, in its archive or in the hub's folder. */
  static List<Piece> arcPieces(String set) {
    return List.of(
        arcPiece("train", set, "Train"),
        arcPiece("validation", set, "Dev"),
        arcPiece("test", set, "Test"));
  }

  private static Piece arcPiece(String split, String set, String publisher) {
    return Piece.of(
        split, set + "-" + publisher + ".jsonl", set + "/" + split + "-00000-of-00001.parquet");
  }

  /** ARC; as released, choices are made by the official test split. */
  static Posed arc(Shipped files, Form form) throws IOException {
    List<Example> test = ask(files.get("test"), Questions::arcQuestion);
    return posed(
        LETTERS,
        new Splits(
            ask(files.get("train"), Questions::arcQuestion),
            form == Form.RELEASED ? test : ask(files.get("validation"), Questions::arcQuestion),
            test));
  }

  private static Example arcQuestion(Row row) throws IOException {
    JsonNode question = row.field("question");
    List<String> texts = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    String stem;
    if (question.isObject()) {
      stem = question.path("stem").asText();
      for (JsonNode choice : question.path("choices")) {
        texts.add(choice.path("text").asText());
        labels.add(choice.path("label").asText());
      }
    } else {
      stem = question.asText();
      row.field("choices").path("text").forEach(text -> texts.add(text.asText()));
      row.field("choices").path("label").forEach(label -> labels.add(label.asText()));
    }
    int right = labels.indexOf(row.text("answerKey"));
    if (right < 0 || texts.size() != labels.size() || texts.size() > LETTERS.size()) {
      throw row.wrong(
          "has the choices %s and the answer \"%s\"; expected 2 to 5 choices, the answer among them.",
          labels, row.text("answerKey"));
    }
    return new Example(choices(stem, LETTERS, texts), LETTERS.get(right));
  }

  private static String choices(String question, List<String> words, List<String> texts) {
    StringBuilder text = new StringBuilder("Question: " + question + "\nChoices:\n");
    for (int i = 0; i < texts.size(); i++) {
      text.append(words.get(i)).append(". ").append(texts.get(i)).append('\n');
    }
    return text.append("Answer: ").toString();
  }

  static final List<Piece> PIQA_PIECES =
      List.of(
          piqaPiece("train", "train.jsonl"),
          piqaPiece("train labels", "train-labels.lst"),
          piqaPiece("dev", "dev.jsonl"),
          piqaPiece("dev labels", "dev-labels.lst"));

  private static Piece piqaPiece(String key, String name) {
    return Piece.of(key, "physicaliqa-train-dev/" + name, name);
  }

  /** PIQA; the labels of its test split are not published, so validation is reported. */
  static Posed piqa(Shipped files, Form form) throws IOException {
    List<Example> dev = piqaExamples(files.get("dev"), files.get("dev labels"));
    return posed(
        List.of("0", "1"),
        new Splits(piqaExamples(files.get("train"), files.get("train labels")), dev, dev));
  }

  private static List<Example> piqaExamples(Path file, Path labelFile) throws IOException {
    List<String> labels =
        Files.readAllLines(labelFile, StandardCharsets.UTF_8).stream()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .toList();
    List<Example> examples = new ArrayList<>();
    Rows.read(
        file,
        row -> {
          int n = examples.size();
          if (n >= labels.size() || !labels.get(n).matches("[01]")) {
            throw row.wrong(
                "has no label 0 or 1 in %s, which has %d labels.", labelFile, labels.size());
          }
          String question =
              choices(
                  row.text("goal"), List.of("0", "1"), List.of(row.text("sol1"), row.text("sol2")));
          examples.add(new Example(question, labels.get(n)));
        });
    return examples;
  }

  static final List<Piece> BOOLQ_PIECES =
      List.of(
          Piece.of("train", "train.jsonl", "data/train-00000-of-00001.parquet"),
          Piece.of("dev", "dev.jsonl", "data/validation-00000-of-00001.parquet"));

  /** BoolQ; it has no labelled test split, so validation is reported. */
  static Posed boolq(Shipped files, Form form) throws IOException {
    List<Example> dev = ask(files.get("dev"), Questions::boolQuestion);
    return posed(
        List.of("true", "false"),
        new Splits(ask(files.get("train"), Questions::boolQuestion), dev, dev));
  }

  private static Example boolQuestion(Row row) throws IOException {
    String answer = row.text("answer");
    if (!List.of("true", "false").contains(answer)) {
      throw row.wrong("has the answer \"%s\"; expected true or false.", answer);
    }
    return new Example(
        "Question: %s\nPassage: %s\nAnswer: ".formatted(row.text("question"), row.text("passage")),
        answer);
  }

  static final List<Piece> MMLU_PIECES =
      List.of(
          Piece.of("train", "data/auxiliary_train", "auxiliary_train"),
          Piece.of("val", "data/val", "val"),
          Piece.of("test", "data/test", "test"));

  private static final List<String> MMLU_COLUMNS =
      List.of("question", "A", "B", "C", "D", "answer");

  /** MMLU, all subjects in the order of their names. */
  static Posed mmlu(Shipped files, Form form) throws IOException {
    return posed(
        LETTERS.subList(0, 4),
        new Splits(
            subjects(files.get("train")), subjects(files.get("val")), subjects(files.get("test"))));
  }

  private static List<Example> subjects(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(file -> file.toString().endsWith(".csv")).sorted().toList();
    }
    if (files.isEmpty()) {
      throw new IOException(folder + " has no CSV file. Fetch the data set again.");
    }
    List<Example> examples = new ArrayList<>();
    for (Path file : files) {
      Rows.read(file, MMLU_COLUMNS, row -> examples.add(mmluQuestion(row)));
    }
    return examples;
  }

  private static Example mmluQuestion(Row row) throws IOException {
    StringBuilder text = new StringBuilder(row.text("question") + Template.SEPARATOR);
    for (String letter : LETTERS.subList(0, 4)) {
      text.append(letter).append(": ").append(row.text(letter)).append('\n');
    }
    String answer = row.text("answer");
    if (!LETTERS.subList(0, 4).contains(answer)) {
      throw row.wrong("has the answer \"%s\"; expected A, B, C or D.", answer);
    }
    return new Example(text.append("Answer: ").toString(), answer);
  }
}
