package dev.adder.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** GLUE tasks from their publisher's files, in the released code's format and splits. */
public final class Glue {

  private static final List<String> RTE_CLASSES = List.of("entailment", "not_entailment");
  private static final String RTE_INSTRUCTION =
      "Determine if the given pair of sentences displays entailment or not_entailment. Respond with"
          + " '0' if entailment or '1' if not_entailment: ";

  private static final Origin RTE =
      new Origin(
          "Recognizing Textual Entailment (GLUE)",
          "train.tsv and dev.tsv of GLUE's RTE.zip",
          false,
          "as its sources allow; research use",
          "Wang et al., GLUE, ICLR 2019; Dagan et al. 2006, Bar Haim et al. 2006, Giampiccolo et al. 2007, Bentivogli et al. 2009");

  private Glue() {}

  /**
   * RTE. Training and validation are 80 % and 20 % of {@code train.tsv}, split as by the released
   * code; the test split is {@code dev.tsv}.
   *
   * @param folder with {@code train.tsv} and {@code dev.tsv}
   */
  public static Task rte(Path folder) throws IOException {
    return rte("rte", readRte(folder.resolve("train.tsv")), readRte(folder.resolve("dev.tsv")));
  }

  static Task rte(String name, List<Example> official, List<Example> test) {
    return new Task(
        name,
        Form.RELEASED,
        new Template(RTE_INSTRUCTION, true),
        Answer.Choice.digits(RTE_CLASSES, true),
        Optional.empty(),
        List.of("accuracy"),
        Splits.fifthOf(official, test),
        RTE);
  }

  /** A sentence pair as the model reads it. */
  static Example pair(String first, String second, int label) {
    return new Example(first + Template.SEPARATOR + second, String.valueOf(label));
  }

  /** The instruction that stands before every RTE pair. */
  static String rteInstruction() {
    return RTE_INSTRUCTION;
  }

  /**
   * Reads a file of RTE: tab-separated, no quoting, a header line with sentence1, sentence2 and
   * label.
   */
  static List<Example> readRte(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException(
          file + " is missing. Give the folder of GLUE's RTE, with train.tsv and dev.tsv.");
    }
    String[] lines = Files.readString(file, StandardCharsets.UTF_8).split("\r?\n");
    List<String> header = List.of(lines[0].split("\t", -1));
    int first = column(file, header, "sentence1");
    int second = column(file, header, "sentence2");
    int label = column(file, header, "label");
    List<Example> examples = new ArrayList<>();
    for (int i = 1; i < lines.length; i++) {
      String[] cells = lines[i].split("\t", -1);
      if (cells.length != header.size()) {
        throw new IOException(
            "%s, line %d has %d cells; its header has %d. Fetch the file again."
                .formatted(file, i + 1, cells.length, header.size()));
      }
      int value = RTE_CLASSES.indexOf(cells[label]);
      if (value < 0) {
        throw new IOException(
            "%s, line %d has the label \"%s\"; expected one of %s."
                .formatted(file, i + 1, cells[label], RTE_CLASSES));
      }
      examples.add(pair(cells[first], cells[second], value));
    }
    return examples;
  }

  private static int column(Path file, List<String> header, String name) throws IOException {
    int column = header.indexOf(name);
    if (column < 0) {
      throw new IOException(
          "%s has the columns %s, but none is called %s.".formatted(file, header, name));
    }
    return column;
  }
}
