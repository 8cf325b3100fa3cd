package dev.adder.data;

import dev.adder.data.files.Row;
import dev.adder.data.files.Rows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A task of GLUE: one or two sentences and a class, answered by its digit. Reads the files of
 * GLUE's own archives, those of the Microsoft paraphrase corpus, and the hub's Parquet files.
 *
 * @param instruction read before every input
 * @param classes in the order of their digits
 * @param metrics the first decides
 * @param first names that the first sentence has in files
 * @param second names that the second has; empty where there is one sentence
 * @param label names that the class has
 */
record Glue(
    String instruction,
    List<String> classes,
    List<String> metrics,
    List<String> first,
    List<String> second,
    List<String> label)
    implements Posed.Reader {

  private static final List<String> COLA_COLUMNS =
      List.of("source", "is_acceptable", "star", "sentence");

  private static final List<String> SAME = List.of("not_equivalent", "equivalent");
  private static final List<String> FOLLOWS = List.of("entailment", "not_entailment");

  static final Glue RTE =
      new Glue(
          "Determine if the given pair of sentences displays entailment or not_entailment. Respond"
              + " with '0' if entailment or '1' if not_entailment: ",
          FOLLOWS,
          List.of("accuracy"),
          List.of("sentence1"),
          List.of("sentence2"),
          List.of("label"));

  static final Glue COLA =
      new Glue(
          "Review the sentence below and identify whether its grammar is Unacceptable or Acceptable."
              + " Respond with '0' if Unacceptable or '1' if Acceptable: ",
          List.of("Unacceptable", "Acceptable"),
          List.of("matthews_correlation"),
          List.of("sentence"),
          List.of(),
          List.of("is_acceptable", "label"));

  static final Glue MRPC =
      new Glue(
          "Can the given sentences be considered semantically identical? Respond with '0' if"
              + " not_equivalent or '1' if equivalent: ",
          SAME,
          List.of("accuracy", "f1"),
          List.of("#1 String", "sentence1"),
          List.of("#2 String", "sentence2"),
          List.of("Quality", "label"));

  static final Glue SST2 =
      new Glue(
          "Read the provided excerpt and choose between negative and positive to describe its"
              + " sentiment. Respond with '0' if negative or '1' if positive: ",
          List.of("negative", "positive"),
          List.of("accuracy"),
          List.of("sentence"),
          List.of(),
          List.of("label"));

  static final Glue QNLI =
      new Glue(
          "Consider the context and question, and indicate if the answer can be logically deduced"
              + " from the context. Respond with '0' if entailment or '1' if not_entailment: ",
          FOLLOWS,
          List.of("accuracy"),
          List.of("question"),
          List.of("sentence"),
          List.of("label"));

  static final Glue QQP =
      new Glue(
          "Can these two statements be considered equal in meaning? Respond with '0' if"
              + " not_equivalent or '1' if equivalent: ",
          SAME,
          List.of("accuracy", "f1"),
          List.of("question1"),
          List.of("question2"),
          List.of("is_duplicate", "label"));

  static final Glue MNLI =
      new Glue(
          "Assess the connection between the following sentences and classify it as entailment,"
              + " neutral, or contradiction. Respond with '0' if entailment, '1' if neutral or '2'"
              + " if contradiction: ",
          List.of("entailment", "neutral", "contradiction"),
          List.of("accuracy"),
          List.of("sentence1", "premise"),
          List.of("sentence2", "hypothesis"),
          List.of("gold_label", "label"));

  static final Glue WNLI =
      new Glue(
          "Identify whether the given pair of sentences demonstrates entailment or not_entailment."
              + " Respond with '0' if not_entailment or '1' if entailment: ",
          List.of("not_entailment", "entailment"),
          List.of("accuracy"),
          List.of("sentence1"),
          List.of("sentence2"),
          List.of("label"));

  Template template() {
    return new Template(instruction, true);
  }

  /** Where the pieces of a task lie: in GLUE's archive, unpacked, or in the hub's folder. */
  static List<Piece> pieces(String folder, String hub) {
    return switch (hub) {
      case "mnli" ->
          List.of(
              piece("train", folder, "train.tsv", hubFile(hub, "train")),
              piece("dev", folder, "dev_matched.tsv", hubFile(hub, "validation_matched")),
              piece("dev2", folder, "dev_mismatched.tsv", hubFile(hub, "validation_mismatched")));
      case "mrpc" ->
          List.of(
              Piece.of(
                  "train",
                  "msr_paraphrase_train.txt",
                  folder + "/msr_paraphrase_train.txt",
                  folder + "/train.tsv",
                  "train.tsv",
                  hubFile(hub, "train")),
              Piece.of(
                  "dev",
                  "mrpc_dev_ids.tsv",
                  folder + "/mrpc_dev_ids.tsv",
                  folder + "/dev.tsv",
                  "dev.tsv",
                  hubFile(hub, "validation")));
      default ->
          List.of(
              piece("train", folder, "train.tsv", hubFile(hub, "train")),
              piece("dev", folder, "dev.tsv", hubFile(hub, "validation")));
    };
  }

  private static Piece piece(String key, String folder, String file, String hubFile) {
    return Piece.of(key, folder + "/" + file, file, hubFile);
  }

  private static String hubFile(String hub, String split) {
    return hub + "/" + split + "-00000-of-00001.parquet";
  }

  @Override
  public Posed read(Shipped files, Form form) throws IOException {
    List<Example> train;
    List<Example> test;
    if (files.get("dev").endsWith("mrpc_dev_ids.tsv")) {
      Set<List<String>> dev = ids(files.get("dev"));
      train = examples(files.get("train"), row -> !dev.contains(pair(row)));
      test = examples(files.get("train"), row -> dev.contains(pair(row)));
    } else {
      train = examples(files.get("train"), row -> true);
      test = examples(files.get("dev"), row -> true);
      if (this == MNLI) {
        test.addAll(examples(files.get("dev2"), row -> true));
      }
    }
    return new Posed(
        template(),
        Answer.Choice.digits(classes, form == Form.RELEASED),
        Optional.empty(),
        metrics,
        Splits.fifthOf(train, test));
  }

  private interface Filter {
    boolean keeps(Row row) throws IOException;
  }

  private static List<String> pair(Row row) throws IOException {
    return List.of(row.text("#1 ID"), row.text("#2 ID"));
  }

  /** Which pairs of the paraphrase corpus GLUE calls validation. */
  private static Set<List<String>> ids(Path file) throws IOException {
    Set<List<String>> ids = new HashSet<>();
    Rows.read(file, List.of("#1 ID", "#2 ID"), row -> ids.add(pair(row)));
    return ids;
  }

  private List<Example> examples(Path file, Filter filter) throws IOException {
    List<Example> examples = new ArrayList<>();
    Rows.Taker taker =
        row -> {
          if (filter.keeps(row) && !(this == QQP && isBroken(row))) {
            examples.add(example(row));
          }
        };
    if (this == COLA && !file.toString().endsWith(".parquet")) {
      Rows.read(file, COLA_COLUMNS, taker);
    } else {
      Rows.read(file, taker);
    }
    return examples;
  }

  /** A few lines of QQP lack cells; whoever reads it leaves them out. */
  private boolean isBroken(Row row) {
    return row.find(names(label)).isEmpty() || row.find(names(second)).isEmpty();
  }

  private Example example(Row row) throws IOException {
    String input = row.text(names(first));
    if (!second.isEmpty()) {
      input += Template.SEPARATOR + row.text(names(second));
    }
    return new Example(input, String.valueOf(classOf(row)));
  }

  private static String[] names(List<String> names) {
    return names.toArray(String[]::new);
  }

  private int classOf(Row row) throws IOException {
    String given = row.text(names(label));
    int named = classes.indexOf(given);
    if (named >= 0) {
      return named;
    }
    if (given.matches("\\d") && Integer.parseInt(given) < classes.size()) {
      return Integer.parseInt(given);
    }
    throw row.wrong(
        "has the label \"%s\"; expected one of %s, or its number from 0.", given, classes);
  }
}
