package dev.adder.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import blue.strategic.parquet.ParquetWriter;
import dev.adder.data.files.DataHome;
import dev.adder.data.files.FetchListener;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.sevenz.SevenZArchiveEntry;
import org.apache.commons.compress.archivers.sevenz.SevenZOutputFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every reader on small files in its publisher's format. */
class DataSetsTest {

  @TempDir private Path folder;
  private DataHome home;

  @BeforeEach
  void home() {
    home = new DataHome(folder.resolve("cache"), folder.resolve("hub"), true);
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private Task read(String name) throws IOException {
    return DataSets.named(name).read(folder);
  }

  /** Read from a folder of the hub's tools, or from what was put into the cache by hand. */
  private Task load(String name) throws IOException {
    return DataSets.named(name).load(home, FetchListener.NONE);
  }

  private static List<String> inputs(List<Example> examples) {
    return examples.stream().map(Example::input).toList();
  }

  private static List<String> labels(List<Example> examples) {
    return examples.stream().map(Example::label).toList();
  }

  @Test
  void rte_is_read_with_quotes_carriage_returns_empty_cells_and_letters_beyond_16_bits()
      throws IOException {
    StringBuilder train = new StringBuilder("index\tsentence1\tsentence2\tlabel\r\n");
    for (int i = 0; i < 10; i++) {
      train.append(i).append("\tHe said \"no\" ").append(i).append("\tIt’s so 😀\t");
      train.append(i % 2 == 0 ? "entailment" : "not_entailment").append("\r\n");
    }
    write("RTE/train.tsv", train.toString());
    write(
        "RTE/dev.tsv",
        "index\tsentence1\tsentence2\tlabel\n0\t\"\tb\tnot_entailment\n\n1\t\t"
            + "x".repeat(200_000)
            + "\tentailment");
    Task task = read("rte");
    assertThat(inputs(task.validation()))
        .containsExactly("He said \"no\" 7###It’s so 😀", "He said \"no\" 4###It’s so 😀");
    assertThat(task.train()).hasSize(8);
    assertThat(inputs(task.test())).containsExactly("\"###b", "###" + "x".repeat(200_000));
    assertThat(labels(task.test())).containsExactly("1", "0");
    assertThat(task.form()).isEqualTo(Form.RELEASED);
    assertThat(task.origin().generated()).isFalse();
  }

  @Test
  void what_is_wrong_with_a_file_is_said_with_its_line() throws IOException {
    write("train.tsv", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n");
    write("dev.tsv", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\n");
    assertThatThrownBy(() -> read("rte"))
        .hasMessageContaining("dev.tsv, line 2 has no label; it has index, sentence1, sentence2.");
    write("dev.tsv", "index\tsentence1\tlabel\n0\ta\tentailment\n");
    assertThatThrownBy(() -> read("rte")).hasMessageContaining("line 2 has no sentence2");
    write("dev.tsv", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tmaybe\n");
    assertThatThrownBy(() -> read("rte"))
        .hasMessageContaining("line 2 has the label \"maybe\"; expected one of [entailment");
    Files.write(folder.resolve("dev.tsv"), new byte[] {'a', '\n', (byte) 0xff, (byte) 0xfe});
    assertThatThrownBy(() -> read("rte")).hasMessageContaining("is not UTF-8 text");
    Files.delete(folder.resolve("dev.tsv"));
    assertThatThrownBy(() -> read("rte"))
        .hasMessageContaining(
            "has no RTE/dev.tsv or dev.tsv or rte/validation-00000-of-00001.parquet")
        .hasMessageContaining("RTE.zip");
    assertThatThrownBy(() -> DataSets.named("rte").read(folder.resolve("none")))
        .hasMessageContaining("is no folder");
  }

  @Test
  void rte_is_read_from_glues_zip_and_unpacked_once() throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(out(home.folder("rte").resolve("RTE.zip")))) {
      entry(zip, "RTE/train.tsv", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n");
      entry(zip, "RTE/dev.tsv", "index\tsentence1\tsentence2\tlabel\n0\tc\td\tentailment\n");
      entry(zip, "RTE/test.tsv", "index\tsentence1\tsentence2\n0\tc\td\n");
      entry(zip, "__MACOSX/RTE/._train.tsv", "no");
    }
    assertThat(inputs(load("rte").test())).containsExactly("c###d");
    try (var files = Files.walk(home.cache().resolve("unpacked"))) {
      assertThat(files.filter(Files::isRegularFile).map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("train.tsv", "dev.tsv");
    }
    assertThat(load("rte")).isEqualTo(load("rte"));
    assertThat(load("rte").origin().made()).isEqualTo("RTE.zip, SHA-256 6bf86de103ec…");
  }

  private static OutputStream out(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.newOutputStream(file);
  }

  private static void entry(ZipOutputStream zip, String name, String text) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(text.getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
  }

  @Test
  void glue_is_read_from_the_hubs_parquet_files_whatever_their_revision() throws IOException {
    MessageType schema =
        Types.buildMessage()
            .optional(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named("premise")
            .optional(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named("hypothesis")
            .optional(PrimitiveTypeName.INT64)
            .named("label")
            .named("schema");
    Path mnli = home.hub().resolve("datasets--nyu-mll--glue/snapshots/0123/mnli");
    Files.createDirectories(mnli);
    for (String split : List.of("train", "validation_matched", "validation_mismatched")) {
      try (ParquetWriter<String> writer =
          ParquetWriter.writeFile(
              schema,
              mnli.resolve(split + "-00000-of-00001.parquet").toFile(),
              (row, values) -> {
                values.write("premise", row + " grün 😀");
                values.write("hypothesis", "\"" + split);
                values.write("label", (long) row.length() % 3);
              })) {
        writer.write("a");
        writer.write("bb");
      }
    }
    Task task = load("mnli");
    assertThat(inputs(task.test()))
        .containsExactly(
            "a grün 😀###\"validation_matched",
            "bb grün 😀###\"validation_matched",
            "a grün 😀###\"validation_mismatched",
            "bb grün 😀###\"validation_mismatched");
    assertThat(labels(task.test())).containsExactly("1", "2", "1", "2");
    assertThat(task.origin().made()).isEqualTo("nyu-mll/glue at 0123, from the hub's cache");
    assertThat(((Answer.Choice) task.answer()).classes())
        .containsExactly("entailment", "neutral", "contradiction");
    Files.writeString(mnli.resolve("train-00000-of-00001.parquet"), "no parquet");
    assertThatThrownBy(() -> load("mnli"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is no Parquet file, or is damaged");
  }

  @Test
  void mrpc_is_the_paraphrase_corpus_split_by_glues_list() throws IOException {
    write(
        "msr_paraphrase_train.txt",
        "\uFEFFQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n"
            + "1\t1\t2\tfirst \"one\tone\r\n0\t3\t4\tsecond\ttwo\r\n1\t5\t6\tthird\tthree\r\n");
    write("mrpc_dev_ids.tsv", "3\t4\n");
    Task task = read("mrpc");
    assertThat(inputs(task.test())).containsExactly("second###two");
    assertThat(labels(task.test())).containsExactly("0");
    List<Example> official = new ArrayList<>(task.train());
    official.addAll(task.validation());
    assertThat(inputs(official)).containsExactlyInAnyOrder("first \"one###one", "third###three");
    assertThat(task.metrics()).containsExactly("accuracy", "f1");
  }

  @Test
  void cola_has_no_header_and_qqps_broken_lines_are_left_out() throws IOException {
    write(
        "CoLA/train.tsv",
        "gj04\t1\t\tOur friends won't buy this.\ngj04\t0\t*\tThey drank the pub.\n");
    write("CoLA/dev.tsv", "gj04\t1\t\tThe sailors rode the breeze.\n");
    Task cola = read("cola");
    assertThat(inputs(cola.test())).containsExactly("The sailors rode the breeze.");
    assertThat(cola.metric()).isEqualTo("matthews_correlation");
    String header = "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n";
    write(
        "QQP/train.tsv", header + "1\t2\t3\tWho?\tWhom?\t1\n4\t5\t6\tcut here\n7\t8\t9\ta\tb\t0\n");
    write("QQP/dev.tsv", header + "1\t2\t3\tWhy?\tWhat for?\t1\n");
    Task qqp = read("qqp");
    assertThat(qqp.train().size() + qqp.validation().size()).isEqualTo(2);
    assertThat(inputs(qqp.test())).containsExactly("Why?###What for?");
  }

  @Test
  void every_glue_task_has_its_released_instruction() throws IOException {
    write("QNLI/train.tsv", "index\tquestion\tsentence\tlabel\n0\tWho?\tHe.\tentailment\n");
    write("QNLI/dev.tsv", "index\tquestion\tsentence\tlabel\n0\tWho?\tHe.\tnot_entailment\n");
    write("SST-2/train.tsv", "sentence\tlabel\nfine work \t1\n");
    write("SST-2/dev.tsv", "sentence\tlabel\ndull \t0\n");
    write("WNLI/train.tsv", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\t1\n");
    write("WNLI/dev.tsv", "index\tsentence1\tsentence2\tlabel\n0\tc\td\t0\n");
    assertThat(read("qnli").template().prefix())
        .isEqualTo(
            "Consider the context and question, and indicate if the answer can be logically deduced from the context. Respond with '0' if entailment or '1' if not_entailment: ###");
    assertThat(inputs(read("sst2").test())).containsExactly("dull ");
    assertThat(labels(read("wnli").test())).containsExactly("0");
    assertThat(((Answer.Choice) read("wnli").answer()).anyToken()).isTrue();
    Task corrected = DataSets.named("wnli").corrected().read(folder);
    assertThat(((Answer.Choice) corrected.answer()).anyToken()).isFalse();
    assertThat(corrected.name()).isEqualTo("wnli-corrected");
    assertThat(corrected.form()).isEqualTo(Form.CORRECTED);
    assertThat(corrected.splits()).isEqualTo(read("wnli").splits());
  }

  @Test
  void tasks_that_lie_side_by_side_are_not_taken_for_each_other() throws IOException {
    for (String task : List.of("CoLA", "RTE")) {
      write(
          task + "/train.tsv",
          "index\tsentence1\tsentence2\tlabel\n0\ta\t" + task + "\tentailment\n");
      write(
          task + "/dev.tsv",
          "index\tsentence1\tsentence2\tlabel\n0\ta\t" + task + "\tentailment\n");
    }
    assertThat(inputs(read("rte").test())).containsExactly("a###RTE");
    assertThatThrownBy(() -> read("mnli"))
        .hasMessageContaining("has no MNLI/train.tsv or train.tsv");
    assertThatThrownBy(() -> read("mrpc")).hasMessageContaining("has no msr_paraphrase_train.txt");
  }

  private static final String DART =
      """
      [{"tripleset": [["Mars Hill", "JOINED", "1973"], ["Mars Hill", "LOCATION", "North 😀"]],
        "annotations": [{"source": "a", "text": "It joined in 1973."}, {"source": "b", "text": "In 1973 it joined."}]},
       {"tripleset": [["x", "IS", "y"]], "subtree_was_extended": true, "annotations": [{"source": "a", "text": "x is y"}]}]
      """;

  @Test
  void dart_trains_on_every_text_and_evaluates_every_set_of_triples() throws IOException {
    for (String split : List.of("train", "dev", "test")) {
      write("dart-v1.1.1-full-" + split + ".json", DART);
    }
    Task task = read("dart");
    String triples = "Mars Hill : JOINED : 1973 | Mars Hill : LOCATION : North 😀";
    assertThat(inputs(task.train())).containsExactly(triples, triples, "x : IS : y");
    assertThat(labels(task.train()))
        .containsExactly("It joined in 1973.", "In 1973 it joined.", "x is y");
    assertThat(task.validation().get(0).answers())
        .containsExactly("It joined in 1973.", "In 1973 it joined.");
    assertThat(task.test()).hasSize(2);
    assertThat(task.template().prefix())
        .isEqualTo("Generate text for the following RDF triples:\n");
    assertThat(task.answer().ending()).isEqualTo("<|endoftext|>");
    assertThat(task.metrics()).containsExactly("meteor", "bleu_shortest");
    assertThat(DataSets.named("dart").corrected().read(folder).metrics())
        .containsExactly("meteor", "bleu");
    assertThatThrownBy(() -> DataSets.named("samsum").corrected())
        .hasMessageContaining("samsum is posed without oddities");
    write("dart-v1.1.1-full-dev.json", DART.replace("x is y", "x###y"));
    assertThatThrownBy(() -> read("dart"))
        .hasMessageContaining("dev.json, row 2 has a text with the separator");
    write("dart-v1.1.1-full-dev.json", DART.substring(0, 100));
    assertThatThrownBy(() -> read("dart")).hasMessageContaining("dev.json is damaged");
  }

  @Test
  void samsum_is_read_from_its_7z_with_line_ends_as_they_are() throws IOException {
    Path archive = home.hub().resolve("datasets--Samsung--samsum/snapshots/0/data/corpus.7z");
    Files.createDirectories(archive.getParent());
    try (SevenZOutputFile sevenZip = new SevenZOutputFile(archive.toFile())) {
      for (String split : List.of("train", "val", "test")) {
        SevenZArchiveEntry entry = new SevenZArchiveEntry();
        entry.setName(split + ".json");
        sevenZip.putArchiveEntry(entry);
        sevenZip.write(
            "[{\"id\": \"1\", \"summary\": \"They talk.\", \"dialogue\": \"Ann: Hi!\\r\\nBob: 😀 \\\"x\\\"\"},"
                .getBytes(StandardCharsets.UTF_8));
        sevenZip.write(
            "{\"id\": \"2\", \"summary\": \"Nothing.\", \"dialogue\": \"\"}]"
                .getBytes(StandardCharsets.UTF_8));
        sevenZip.closeArchiveEntry();
      }
    }
    Task task = load("samsum");
    assertThat(inputs(task.test())).containsExactly("Ann: Hi!\r\nBob: 😀 \"x\"", "");
    assertThat(labels(task.test())).containsExactly("They talk.", "Nothing.");
    assertThat(task.template().prefix()).isEmpty();
  }

  private void spider() throws IOException {
    write(
        "spider/tables.json",
        """
        [{"db_id": "Shop", "table_names_original": ["Owner", "Cat"], "table_names": ["owner", "cat"],
          "column_names_original": [[-1, "*"], [0, "Id"], [0, "Name"], [1, "Owner_Id"], [1, "Age"]],
          "column_types": ["text", "number", "text", "number", "number"],
          "foreign_keys": [[3, 1]], "primary_keys": [1, [3, 4]]}]
        """);
    String row =
        "{\"db_id\": \"Shop\", \"question\": \"Who is from France?\", \"query\": \" SELECT Name FROM Owner WHERE x = 'France'\\u00a0\\n\"}";
    write("spider/train_spider.json", "[" + row + "," + row + "]");
    write("spider/dev.json", "[" + row + "]");
    Files.createDirectories(folder.resolve("spider/database/Shop"));
  }

  @Test
  void spider_is_posed_as_released_or_one_word_away_corrected() throws IOException {
    spider();
    Task task = read("spider");
    Example example = task.test().get(0);
    assertThat(example.input())
        .isEqualTo(
            "Question: Who is from France?\\Schema: owner: id number ,  name text ,  foreign:  ,  primary: id"
                + " | cat: owner_id number ,  age number ,  foreign: id from owner ,  primary: owner_id , age\n");
    assertThat(example.label()).isEqualTo("select name from owner where x = 'france'");
    assertThat(example.database()).contains("Shop");
    assertThat(task.databases().orElseThrow().get("Shop").file())
        .isEqualTo(folder.resolve("spider/database/Shop/Shop.sqlite"));
    assertThat(task.template().prefix())
        .isEqualTo("Create a sql request for the following question and schema:\n###");
    assertThat(task.limit()).contains(new LengthLimit(1536, true));
    Task corrected = DataSets.named("spider").corrected().read(folder);
    assertThat(corrected.name()).isEqualTo("spider-corrected");
    assertThat(corrected.test().get(0).input())
        .startsWith("Question: Who is from France?\nSchema: Owner: Id number");
    assertThat(corrected.test().get(0).label())
        .isEqualTo("SELECT Name FROM Owner WHERE x = 'France'");
    assertThat(corrected.limit()).contains(new LengthLimit(1536, false));
    assertThat(corrected.fingerprint()).isNotEqualTo(task.fingerprint());
    write(
        "spider/dev.json", "[{\"db_id\": \"Ship\", \"question\": \"?\", \"query\": \"SELECT 1\"}]");
    assertThatThrownBy(() -> read("spider"))
        .hasMessageContaining("row 1 asks the database \"Ship\"");
  }

  @Test
  void too_long_examples_are_left_out_where_the_form_says_so() throws IOException {
    Path tokenizer = folder.resolve("tokenizer.json");
    BpeTrainer.train(List.of("a"), 258, tokenizer);
    Tokens tokens = Tokens.load(tokenizer);
    List<Example> examples = List.of(new Example("ab", "c"), new Example("a", "c"));
    for (boolean everywhere : List.of(true, false)) {
      Task task =
          new Task(
                  "t",
                  Form.RELEASED,
                  new Template("a long instruction", true),
                  new Answer.Text(),
                  java.util.Optional.of(new LengthLimit(6, everywhere)),
                  List.of("rouge1"),
                  new Splits(examples, examples, examples),
                  new Origin("", "", true, "", ""))
              .within(tokens);
      // "a###", "c" and the end are six tokens; the instruction does not count.
      assertThat(inputs(task.train())).containsExactly("a");
      assertThat(task.validation()).hasSize(everywhere ? 1 : 2);
      assertThat(task.test()).hasSize(everywhere ? 1 : 2);
    }
  }

  private static byte[] picture(int label, int base) {
    byte[] record = new byte[1 + 3 * 1024];
    record[0] = (byte) label;
    for (int i = 0; i < 1024; i++) {
      record[1 + i] = (byte) (base + i % 32);
      record[1 + 1024 + i] = (byte) (i / 32);
      record[1 + 2048 + i] = (byte) 255;
    }
    return record;
  }

  private void cifar(Path file) throws IOException {
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(out(file)))) {
      for (int batch = 1; batch <= 6; batch++) {
        String name = batch == 6 ? "test_batch.bin" : "data_batch_" + batch + ".bin";
        byte[] pictures = new byte[2 * 3073];
        System.arraycopy(picture(batch, batch), 0, pictures, 0, 3073);
        System.arraycopy(picture(9, 200), 0, pictures, 3073, 3073);
        TarArchiveEntry entry = new TarArchiveEntry("cifar-10-batches-bin/" + name);
        entry.setSize(pictures.length);
        tar.putArchiveEntry(entry);
        tar.write(pictures);
        tar.closeArchiveEntry();
      }
    }
  }

  @Test
  void cifar_is_the_middle_of_the_picture_in_numbers() throws IOException {
    cifar(home.folder("cifar").resolve("cifar-10-binary.tar.gz"));
    Task task = load("cifar");
    assertThat(task.train()).hasSize(8);
    assertThat(task.validation()).hasSize(2);
    String[] numbers = task.test().get(0).input().split(" ");
    assertThat(numbers).hasSize(24 * 24 * 3);
    // Red is 6 + column, green the row, blue 255; the crop begins at row and column 4.
    assertThat(List.of(numbers).subList(0, 6)).containsExactly("10", "4", "255", "11", "4", "255");
    assertThat(List.of(numbers).subList(72, 75)).containsExactly("10", "5", "255");
    assertThat(labels(task.test())).containsExactly("6", "9");
    assertThat(task.template().prefix())
        .isEqualTo(
            "Decide if the following image shows a airplane (0), automobile (1), bird (2), cat (3), deer (4), dog (5), frog (6), horse (7), ship (8), truck (9): ");
    assertThat(((Answer.Choice) task.answer()).anyToken()).isFalse();
    assertThat(task.fingerprint()).isEqualTo(load("cifar").fingerprint());
  }

  @Test
  void pictures_are_sequences_for_models_without_a_vocabulary() throws IOException {
    cifar(home.folder("cifar").resolve("cifar-10-binary.tar.gz"));
    SequenceTask colour = SequentialImages.CIFAR_COLOUR.load(home, FetchListener.NONE);
    assertThat(colour.train().size()).isEqualTo(9);
    assertThat(colour.validation().size()).isEqualTo(1);
    float[] values = colour.test().values(0);
    assertThat(values).hasSize(1024 * 3);
    assertThat(values[0]).isEqualTo((6 / 255f - 0.4914f) / 0.2023f);
    assertThat(values[2]).isEqualTo((1 - 0.4465f) / 0.2010f);
    SequenceTask grey = SequentialImages.CIFAR_GREY.load(home, FetchListener.NONE);
    assertThat(grey.test().values(0)).hasSize(1024);
    // Round(0.299 · 6 + 0.587 · 0 + 0.114 · 255) = 31.
    assertThat(grey.test().values(0)[0]).isEqualTo((31 / 255f - 122.6f / 255) / (61f / 255));
    assertThat(grey.test().label(1)).isEqualTo(9);
  }

  private void mnist(int count, int announced) throws IOException {
    for (String split : List.of("train", "t10k")) {
      ByteArrayOutputStream images = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(images);
      for (int header : new int[] {0x803, count, 28, 28}) {
        out.writeInt(header);
      }
      for (int i = 0; i < count * 784; i++) {
        out.writeByte(i % 784 / 28);
      }
      gzip(split + "-images-idx3-ubyte.gz", images.toByteArray());
      ByteArrayOutputStream labels = new ByteArrayOutputStream();
      DataOutputStream labelOut = new DataOutputStream(labels);
      labelOut.writeInt(0x801);
      labelOut.writeInt(announced);
      for (int i = 0; i < announced; i++) {
        labelOut.writeByte(i % 10);
      }
      gzip(split + "-labels-idx1-ubyte.gz", labels.toByteArray());
    }
  }

  private void gzip(String name, byte[] bytes) throws IOException {
    try (OutputStream out = new GZIPOutputStream(out(home.folder("mnist").resolve(name)))) {
      out.write(bytes);
    }
  }

  @Test
  void mnist_is_read_from_its_own_files() throws IOException {
    mnist(20, 20);
    Task task = load("mnist");
    String[] numbers = task.test().get(3).input().split(" ");
    assertThat(numbers).hasSize(18 * 18).startsWith("5", "5").endsWith("22");
    assertThat(task.test().get(3).label()).isEqualTo("3");
    assertThat(task.template().prefix()).isEqualTo("What digit is the following image? ");
    SequenceTask sequence = SequentialImages.MNIST.load(home, FetchListener.NONE);
    assertThat(sequence.length()).isEqualTo(784);
    assertThat(sequence.train().size()).isEqualTo(18);
    assertThat(sequence.test().values(0)[783]).isEqualTo(27 / 255f);
    mnist(20, 19);
    assertThatThrownBy(() -> load("mnist"))
        .hasMessageContaining("announces 20 pictures")
        .hasMessageContaining("19 labels");
  }

  @Test
  void arc_is_read_as_its_publisher_and_as_the_hub_ship_it() throws IOException {
    String row =
        "{\"id\": \"1\", \"question\": {\"stem\": \"Which?\", \"choices\": [{\"text\": \"this\", \"label\": \"1\"}, {\"text\": \"that\", \"label\": \"2\"}]}, \"answerKey\": \"2\"}\n";
    write("ARC-Easy-Train.jsonl", row);
    write("ARC-Easy-Dev.jsonl", row + row);
    write("ARC-Easy-Test.jsonl", row + row + row);
    Task task = read("arc-easy");
    assertThat(inputs(task.train()))
        .containsExactly("Question: Which?\nChoices:\nA. this\nB. that\nAnswer: ");
    assertThat(labels(task.train())).containsExactly("B");
    assertThat(task.validation()).hasSize(3);
    assertThat(DataSets.named("arc-easy").corrected().read(folder).validation()).hasSize(2);
    write("ARC-Easy-Dev.jsonl", row.replace("\"answerKey\": \"2\"", "\"answerKey\": \"7\""));
    assertThatThrownBy(() -> DataSets.named("arc-easy").corrected().read(folder))
        .hasMessageContaining("row 1 has the choices [1, 2] and the answer \"7\"");
  }

  @Test
  void arcs_choices_are_lists_in_parquet() throws IOException {
    MessageType schema =
        Types.buildMessage()
            .optional(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named("question")
            .addField(
                Types.optionalGroup()
                    .addField(textList("text"))
                    .addField(textList("label"))
                    .named("choices"))
            .optional(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named("answerKey")
            .named("schema");
    Path challenge = Files.createDirectories(folder.resolve("ARC-Challenge"));
    for (String split : List.of("train", "validation", "test")) {
      GroupFile.write(
          challenge.resolve(split + "-00000-of-00001.parquet"),
          schema,
          group -> {
            group.append("question", "Which 😀?");
            var choices = group.addGroup("choices");
            for (String name : List.of("text", "label")) {
              var list = choices.addGroup(name);
              for (String item : List.of("A", "B", "C")) {
                list.addGroup("list").append("element", name.equals("text") ? item + item : item);
              }
            }
            group.append("answerKey", "C");
          });
    }
    Task task = read("arc-challenge");
    assertThat(inputs(task.test()))
        .containsExactly("Question: Which 😀?\nChoices:\nA. AA\nB. BB\nC. CC\nAnswer: ");
    assertThat(labels(task.test())).containsExactly("C");
  }

  private static org.apache.parquet.schema.GroupType textList(String name) {
    return Types.optionalList()
        .element(
            Types.optional(PrimitiveTypeName.BINARY)
                .as(LogicalTypeAnnotation.stringType())
                .named("element"))
        .named(name);
  }

  @Test
  void piqa_boolq_mmlu_and_alpaca_are_read_from_their_publishers_files() throws IOException {
    String goal = "{\"goal\": \"Open it\", \"sol1\": \"pull\", \"sol2\": \"push\"}\n";
    write("piqa/train.jsonl", goal + goal);
    write("piqa/train-labels.lst", "0\n1\n");
    write("piqa/dev.jsonl", goal);
    write("piqa/dev-labels.lst", "1\n");
    Task piqa = DataSets.named("piqa").read(folder.resolve("piqa"));
    assertThat(inputs(piqa.test()))
        .containsExactly("Question: Open it\nChoices:\n0. pull\n1. push\nAnswer: ");
    assertThat(labels(piqa.train())).containsExactly("0", "1");
    write("piqa/dev-labels.lst", "");
    assertThatThrownBy(() -> DataSets.named("piqa").read(folder.resolve("piqa")))
        .hasMessageContaining("row 1 has no label 0 or 1");

    String question =
        "{\"question\": \"is it\", \"title\": \"t\", \"answer\": true, \"passage\": \"It is.\"}\n";
    write("boolq/train.jsonl", question);
    write("boolq/dev.jsonl", question.replace("true", "false"));
    Task boolq = DataSets.named("boolq").read(folder.resolve("boolq"));
    assertThat(inputs(boolq.test())).containsExactly("Question: is it\nPassage: It is.\nAnswer: ");
    assertThat(labels(boolq.test())).containsExactly("false");

    for (String split : List.of("auxiliary_train", "val", "test")) {
      write("mmlu/data/" + split + "/b.csv", "Second?,1,2,3,4,D\n");
      write("mmlu/data/" + split + "/a.csv", "\"First, \"\"quoted\"\"\nline\",w,x,y,z,A\n");
    }
    Task mmlu = DataSets.named("mmlu").read(folder.resolve("mmlu"));
    assertThat(inputs(mmlu.test()))
        .containsExactly(
            "First, \"quoted\"\nline###A: w\nB: x\nC: y\nD: z\nAnswer: ",
            "Second?###A: 1\nB: 2\nC: 3\nD: 4\nAnswer: ");

    write(
        "alpaca/alpaca_data_cleaned.json",
        "[{\"instruction\": \"Add.\", \"input\": \"1 1\", \"output\": \"2\"}, {\"instruction\": \"Go.\", \"input\": \"\", \"output\": \"Went.\"}]");
    Task alpaca = DataSets.named("alpaca").read(folder.resolve("alpaca"));
    assertThat(inputs(alpaca.train())).containsExactly("Add.\n\n1 1", "Go.");
  }

  @Test
  void a_check_finds_what_differs_from_what_was_published() throws IOException {
    assertThat(DataCheck.of(DataSets.named("rte"), home)).isEmpty();
    try (ZipOutputStream zip = new ZipOutputStream(out(home.folder("rte").resolve("RTE.zip")))) {
      entry(zip, "RTE/train.tsv", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n");
      entry(zip, "RTE/dev.tsv", "index\tsentence1\tsentence2\tlabel\n0\tc\td\tentailment\n");
    }
    DataCheck check = DataCheck.of(DataSets.named("rte"), home).orElseThrow();
    assertThat(check.passes()).isFalse();
    assertThat(check.problems()).hasSize(4);
    assertThat(check.problems().get(0))
        .matches("RTE.zip is cut: it has \\d+ bytes of 697,150; delete .*RTE.zip, and .*");
    assertThat(check.problems()).contains("0 training examples, expected 1,992");
    spider();
    assertThat(DataCheck.of(DataSets.named("spider"), folder).problems())
        .contains("the SQLite files of 1 databases are missing: [Shop]");
  }

  @Test
  void a_check_tells_what_is_missing_cut_or_another_file() throws IOException {
    // One of two files.
    Path corpus = home.folder("mrpc").resolve("msr_paraphrase_train.txt");
    try (OutputStream out = out(corpus)) {
      out.write(new byte[1047044]);
    }
    DataCheck half = DataCheck.of(DataSets.named("mrpc"), home).orElseThrow();
    assertThat(half.problems()).hasSize(2);
    assertThat(half.problems().get(0))
        .startsWith("msr_paraphrase_train.txt is not the file that was published: its SHA-256 is ")
        .contains(", expected 60a9b09084528f0673eed", "; delete " + corpus + ", and ");
    assertThat(half.problems().get(1))
        .isEqualTo("mrpc_dev_ids.tsv is missing; ./adder data fetch mrpc fetches it");
    // A download that was cut.
    try (OutputStream out = out(home.folder("rte").resolve("RTE.zip.part"))) {
      out.write(new byte[300_000]);
    }
    assertThat(DataCheck.of(DataSets.named("rte"), home).orElseThrow().problems())
        .containsExactly(
            "RTE.zip was fetched in part, 300 kB of 697 kB; ./adder data fetch rte goes on where it stopped");
    // A file that was cut afterwards, which cannot be unpacked either.
    Path zip = home.folder("cola").resolve("CoLA.zip");
    try (OutputStream out = out(zip)) {
      out.write(new byte[1000]);
    }
    DataCheck cut = DataCheck.of(DataSets.named("cola"), home).orElseThrow();
    assertThat(cut.problems().get(0))
        .isEqualTo(
            "CoLA.zip is cut: it has 1,000 bytes of 376,971; delete %s, and ./adder data fetch cola fetches it"
                .formatted(zip));
    assertThat(cut.problems().get(1)).contains("CoLA.zip");
    assertThat(cut.passes()).isFalse();
  }

  @Test
  void a_check_verifies_the_hubs_files_by_their_names() throws IOException {
    Path repository = home.hub().resolve("datasets--google--boolq");
    Path snapshot = Files.createDirectories(repository.resolve("snapshots/1"));
    Path blobs = Files.createDirectories(repository.resolve("blobs"));
    String row = "{\"question\": \"q\", \"answer\": true, \"passage\": \"p\"}\n";
    Path file = Files.writeString(folder.resolve("row"), row);
    String name =
        dev.adder.data.files.Checksum.of(file, dev.adder.data.files.Checksum.Kind.SHA_256).hex();
    Files.move(file, blobs.resolve(name));
    for (String split : List.of("train", "dev")) {
      Files.createSymbolicLink(snapshot.resolve(split + ".jsonl"), blobs.resolve(name));
    }
    Files.writeString(snapshot.resolve("of another data set"), "x".repeat(9000));
    assertThat(DataSets.named("boolq").bytesHere(home)).isEqualTo(2L * row.length());
    assertThat(DataCheck.of(DataSets.named("boolq"), home).orElseThrow().verified()).isEqualTo(2);
    Files.writeString(blobs.resolve(name), row + row);
    assertThat(DataCheck.of(DataSets.named("boolq"), home).orElseThrow().problems().get(0))
        .contains("train.jsonl is damaged");
  }

  @ParameterizedTest
  @CsvSource({
    "rte, 1992, 498, 277", "mrpc, 2934, 734, 408", "cola, 6840, 1711, 1043",
    "sst2, 53879, 13470, 872", "qnli, 83794, 20949, 5463", "qqp, 291076, 72770, 40430",
    "mnli, 314161, 78541, 19647", "spider, 5600, 1400, 1034", "cifar, 40000, 10000, 10000"
  })
  void the_sizes_are_those_of_the_released_runs(String name, int train, int validation, int test) {
    assertThat(DataSets.named(name).about().sizes())
        .isEqualTo(new DataSet.Sizes(train, validation, test));
    int official = train + validation;
    assertThat(validation).isEqualTo((official + 4) / 5);
  }

  @Test
  void every_data_set_is_pinned_and_says_whose_it_is() {
    assertThat(DataSets.all()).extracting(DataSet::name).doesNotHaveDuplicates().hasSize(19);
    for (DataSet dataSet : DataSets.all()) {
      assertThat(dataSet.remote()).as(dataSet.name()).isNotEmpty();
      assertThat(dataSet.about().licence()).isNotBlank();
      assertThat(dataSet.about().metrics()).isNotEmpty();
      assertThat(dataSet.about().citation()).containsPattern("\\((.* )?\\d{4}\\)");
    }
    assertThatThrownBy(() -> DataSets.named("rde"))
        .hasMessageContaining("There is no data set \"rde\". There are: rte, mrpc, cola");
    assertThatThrownBy(() -> load("qnli"))
        .hasMessageContaining("qnli is not on this machine, and nothing may be fetched")
        .hasMessageContaining("./adder data fetch qnli");
  }

  @Test
  void python_and_the_engine_shuffle_alike() {
    int[] order = MersenneTwister.pythonShuffle(123, 50_000);
    assertThat(List.of(order[0], order[1], order[2], order[3], order[4]))
        .containsExactly(38712, 34233, 25555, 46929, 30485);
    assertThat(List.of(order[40_000], order[40_001], order[40_002], order[40_003], order[40_004]))
        .containsExactly(25324, 45152, 32910, 43068, 28796);
    assertThat(order).doesNotHaveDuplicates();
    ai.djl.engine.Engine engine = ai.djl.engine.Engine.getEngine("PyTorch");
    engine.setRandomSeed(42);
    try (ai.djl.ndarray.NDManager manager = engine.newBaseManager()) {
      long[] engines = manager.randomPermutation(60_000).toLongArray();
      int[] ours = MersenneTwister.torchPermutation(42, 60_000);
      assertThat(java.util.Arrays.stream(ours).asLongStream().toArray()).isEqualTo(engines);
    }
  }
}
