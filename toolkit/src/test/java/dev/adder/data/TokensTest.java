package dev.adder.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Templates in the tokens of the published checkpoints. */
class TokensTest {

  private static final int SEPARATOR = 4118;

  @TempDir private static Path folder;
  private static Tokens tokens;

  @BeforeAll
  static void unpack() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    try (InputStream in =
        new GZIPInputStream(
            TokensTest.class.getResourceAsStream("/tokenizer/gpt-neox-20b.json.gz"))) {
      Files.copy(in, file);
    }
    tokens = Tokens.load(file);
  }

  private static Task task(Template template, Answer answer, Example... examples) {
    return new Task(
        "t",
        Form.RELEASED,
        template,
        answer,
        Optional.empty(),
        List.of("accuracy"),
        new Splits(List.of(examples), List.of(), List.of()),
        new Origin("", "", true, "", ""));
  }

  @Test
  void ids_are_those_of_the_published_tokenizer() {
    assertThat(tokens.vocabularySize()).isEqualTo(50_277);
    assertThat(tokens.encode("###")).containsExactly(SEPARATOR);
    for (int digit = 0; digit < 10; digit++) {
      assertThat(tokens.encode(String.valueOf(digit))).containsExactly(17 + digit);
    }
    assertThat(tokens.encode("A")).containsExactly(34);
    assertThat(tokens.encode("true")).containsExactly(5672);
    assertThat(tokens.encode("false")).containsExactly(7750);
    assertThat(tokens.encode("\n")).containsExactly(187);
    assertThat(tokens.encode("<|endoftext|>")).containsExactly(0);
    for (int pixel = 0; pixel < 256; pixel++) {
      assertThat(tokens.encode(" " + pixel)).as("pixel %d", pixel).hasSize(1);
    }
  }

  @Test
  void spaces_accents_and_neighbouring_separators_merge_as_there() {
    assertThat(tokens.encode("Hello  world###")).containsExactly(12092, 50276, 10186, SEPARATOR);
    assertThat(tokens.encode("e\u0301 😀###")).containsExactly(860, 49042, 211, SEPARATOR);
    assertThat(tokens.encode("a####")).containsExactly(66, 1835);
    assertThat(tokens.encode("select name from owner where x = 'france'<|endoftext|>"))
        .containsExactly(7135, 1416, 432, 7302, 835, 1269, 426, 686, 925, 593, 8, 0);
  }

  @Test
  void prefixes_have_the_released_lengths() {
    assertThat(prefix(Glue.RTE)).isEqualTo(38);
    assertThat(prefix(Glue.COLA)).isEqualTo(34);
    assertThat(prefix(Glue.MRPC)).isEqualTo(28);
    assertThat(prefix(Glue.SST2)).isEqualTo(31);
    assertThat(prefix(Glue.QNLI)).isEqualTo(40);
    assertThat(prefix(Glue.QQP)).isEqualTo(28);
    assertThat(prefix(Glue.MNLI)).isEqualTo(43);
    assertThat(tokens.encode("Generate text for the following RDF triples:\n")).hasSize(11);
    assertThat(tokens.encode("Create a sql request for the following question and schema:\n###"))
        .hasSize(13);
    assertThat(tokens.encode(PixelText.cifarInstruction())).hasSize(49);
  }

  private static int prefix(Glue task) {
    return tokens.encode(new Template(task.instruction(), true).prefix()).length;
  }

  @Test
  void pieces_are_encoded_separately_and_only_the_label_is_learnt() {
    Task rte =
        task(
            new Template(Glue.RTE.instruction(), true),
            Answer.Choice.digits(Glue.RTE.classes(), true),
            new Example("It rains.###It is wet.#", "1"));
    TokenExample encoded = rte.encode(rte.train(), tokens).get(0);
    int[] prompt = encoded.prompt();
    assertThat(prompt[37]).isEqualTo(SEPARATOR);
    // The input ends in one "#" more, which merges with the separator behind it: so it was
    // released.
    assertThat(prompt[prompt.length - 1]).isEqualTo(1835);
    assertThat(encoded.label()).containsExactly(18);
    TokenBatch batch = TokenBatch.of(List.of(encoded));
    assertThat(batch.length()).isEqualTo(prompt.length);
    assertThat(batch.inputIds()).containsExactly(prompt);
    assertThat(batch.labelPositions()).containsExactly(prompt.length - 1);
    assertThat(rte.classTokens(tokens)).containsExactly(17, 18);
  }

  @Test
  void a_text_is_learnt_to_its_end_and_padding_is_not() {
    Task chat =
        task(
            Template.PLAIN,
            new Answer.Text(),
            new Example("Hi", "Bye now"),
            new Example("A much longer dialogue than the other", "Bye"));
    List<TokenExample> encoded = chat.encode(chat.train(), tokens);
    assertThat(encoded.get(0).label()).endsWith(0).hasSize(tokens.encode("Bye now").length + 1);
    TokenBatch batch = TokenBatch.of(encoded);
    int labels = encoded.get(0).label().length + encoded.get(1).label().length;
    assertThat(batch.labelPositions()).hasSize(labels);
    assertThat(Arrays.stream(batch.labels()).filter(id -> id == 0)).hasSize(2);
    assertThatThrownBy(() -> chat.classTokens(tokens))
        .hasMessageContaining("is answered by text; it has no classes");
  }

  @Test
  void a_picture_is_one_token_per_number() {
    String pixels = String.join(" ", java.util.Collections.nCopies(1728, "255"));
    Task cifar =
        task(
            new Template(PixelText.cifarInstruction(), false),
            Answer.Choice.digits(PixelText.CIFAR_CLASSES, false),
            new Example(pixels, "3"));
    TokenExample encoded = cifar.encode(cifar.train(), tokens).get(0);
    assertThat(encoded.prompt()).hasSize(1778);
    assertThat(encoded.label()).containsExactly(20);
  }
}
