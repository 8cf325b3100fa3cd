package dev.adder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adder.data.Answer;
import dev.adder.data.Example;
import dev.adder.data.Form;
import dev.adder.data.QuickTwin;
import dev.adder.data.QuickTwin.Sizes;
import dev.adder.data.Splits;
import dev.adder.data.Task;
import dev.adder.data.Template;
import dev.adder.evaluation.Decoding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class QuickModelTest {

  @TempDir private Path cache;

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void it_is_unpacked_once_and_a_damaged_file_is_written_anew() throws IOException {
    Path folder = QuickModel.unpack(cache);
    assertThat(names(folder)).containsExactly("config.json", "model.safetensors", "tokenizer.json");
    Path weights = folder.resolve("model.safetensors");
    byte[] content = Files.readAllBytes(weights);
    FileTime old = FileTime.fromMillis(0);
    Files.setLastModifiedTime(weights, old);
    Files.writeString(folder.resolve("config.json"), "cut");
    assertThat(QuickModel.unpack(cache)).isEqualTo(folder);
    assertThat(Files.getLastModifiedTime(weights)).isEqualTo(old);
    assertThat(folder.resolve("config.json")).content().startsWith("{").isNotEqualTo("cut");
    assertThat(Files.readAllBytes(weights)).isEqualTo(content);
    assertThat(names(folder)).hasSize(3);
    assertThat(names(cache)).hasSize(1);
  }

  @Test
  void jvms_share_one_folder_that_stays() throws IOException {
    Path folder = QuickModel.folder();
    assertThat(QuickModel.folder()).isEqualTo(folder);
    assertThat(folder.getFileName().toString()).matches("[0-9a-f]{16}");
    assertThat(folder.getParent().endsWith("adder/quick")).isTrue();
  }

  static Stream<QuickTwin> twins() {
    return QuickTwin.all().stream();
  }

  @ParameterizedTest
  @MethodSource("twins")
  void it_has_met_the_language_of_every_twin(QuickTwin twin) throws IOException {
    Task task = twin.task(new Sizes(100, 20, 20), 1);
    List<String> inputs = task.test().stream().limit(8).map(Example::input).toList();
    try (PretrainedModel model = Ssm.load("quick")) {
      double met = perplexity(model, task, inputs);
      double mixed = perplexity(model, task, inputs.stream().map(QuickModelTest::mixed).toList());
      assertThat(met).isLessThan(mixed / 2);
    }
  }

  /** The same words in another order. */
  private static String mixed(String text) {
    List<String> words = new ArrayList<>(List.of(text.split(" ")));
    Collections.shuffle(words, new Random(1));
    return String.join(" ", words);
  }

  /** Per token of these texts, read behind the task's instruction. */
  private static double perplexity(PretrainedModel model, Task task, List<String> texts) {
    List<Example> examples = texts.stream().map(text -> new Example("", text)).toList();
    Task reading =
        new Task(
            "reading",
            Form.RELEASED,
            // The separator that stands behind an empty input stands behind the instruction.
            new Template(task.template().instruction(), false),
            new Answer.Text(),
            Optional.empty(),
            List.of("rouge1", "perplexity"),
            new Splits(examples, examples, examples),
            task.origin());
    return model.evaluate(reading, Decoding.beams(1, 1)).score("perplexity").value();
  }
}
