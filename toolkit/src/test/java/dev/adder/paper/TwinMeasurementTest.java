package dev.adder.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adder.PretrainedModel;
import dev.adder.Ssm;
import dev.adder.data.QuickTwin;
import dev.adder.data.QuickTwin.Sizes;
import dev.adder.training.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cards of small twins, measured for real. */
class TwinMeasurementTest {

  private static final QuickTwin RTE = QuickTwin.named("rte").sized(new Sizes(50, 0, 20));
  private static final QuickTwin DART = QuickTwin.named("dart").sized(new Sizes(20, 5, 6));
  private static final TwinTuning SHORT = new TwinTuning(1, 4, 0.004, List.of(1L, 2L), 12);

  private static PretrainedModel model;

  @TempDir private Path folder;
  private TwinMeasurement measurement;
  private final List<String> told = new ArrayList<>();

  @BeforeAll
  static void load() throws IOException {
    model = Ssm.load("quick");
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @BeforeEach
  void measurement() {
    measurement =
        new TwinMeasurement(model, new TwinCards(folder))
            .tuning(twin -> SHORT)
            .watch(new Told(), card -> told.add(card.twin()));
  }

  /** What progress said at beginning and end. */
  private final class Told implements ProgressListener {
    private long total;

    @Override
    public void begin(String what, long size) {
      told.add(what);
      total = size;
    }

    @Override
    public void advance(long done, String detail) {
      assertThat(done).isLessThanOrEqualTo(total);
    }

    @Override
    public void end(String summary) {
      told.add(summary);
    }
  }

  @Test
  void a_card_tells_what_can_be_had_without_understanding_and_what_training_adds()
      throws IOException {
    List<TwinCard> cards = measurement.run(List.of(RTE, DART));
    TwinCard rte = cards.get(0);
    assertThat(rte.metric()).isEqualTo("accuracy");
    assertThat(rte.sizes().test()).isEqualTo(20);
    assertThat(rte.model()).isEqualTo(model.fingerprint());
    assertThat(rte.data()).isEqualTo(RTE.task().fingerprint());
    assertThat(rte.guesses())
        .extracting(TwinCard.Row::name)
        .containsExactly(
            "always the most frequent class",
            "lengths by logistic regression",
            "words by logistic regression");
    assertThat(rte.guesses().get(0).scores()).containsEntry("accuracy", 0.5);
    assertThat(rte.frozen())
        .extracting(TwinCard.Row::name)
        .containsExactly("as it is", "as it is, class words only");
    assertThat(rte.frozen().get(1).outOfClass()).isZero();
    assertThat(rte.tuned()).extracting(TwinCard.Row::name).containsExactly("seed 1", "seed 2");
    TwinCard dart = cards.get(1);
    assertThat(dart.metrics()).containsOnlyKeys("meteor", "bleu_shortest");
    assertThat(dart.decoding()).isEqualTo("5 beams, at most 12 tokens");
    assertThat(dart.frozen()).hasSize(1);
    assertThat(dart.guesses())
        .allSatisfy(guess -> assertThat(guess.scores().get("meteor")).isBetween(0.01, 0.99));
    assertThat(told)
        .startsWith("2 twins, in thousands of tokens")
        .contains("quick-rte", "quick-dart")
        .endsWith("2 measured, 0 kept");
    assertThat(folder.resolve("README.md"))
        .content()
        .contains("| [quick-rte](#quick-rte) | 40 / 10 / 20 | accuracy | ")
        .contains("| always the most frequent class | 0.500 |")
        .contains("| the input itself | ")
        .contains(
            "- Tuning: 1 epochs, batches of 4, rate 0.004, seeds [1, 2]. Answers: 5 beams, at most 12 tokens.");
  }

  @Test
  void what_is_measured_is_kept_and_measured_again_gives_the_same_bytes() throws IOException {
    measurement.run(List.of(RTE));
    Path file = folder.resolve("quick-rte.json");
    String first = Files.readString(file);
    FileTime longAgo = FileTime.fromMillis(1000);
    Files.setLastModifiedTime(file, longAgo);
    measurement.run(List.of(RTE));
    assertThat(told).endsWith("0 twins, in thousands of tokens", "0 measured, 1 kept");
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(longAgo);
    Files.delete(file);
    measurement.run(List.of(RTE));
    assertThat(file).hasContent(first);
  }

  @Test
  void other_settings_are_measured_anew() throws IOException {
    TwinCard one = measurement.run(List.of(RTE)).get(0);
    TwinTuning longer = new TwinTuning(2, 4, 0.004, List.of(1L), 0);
    TwinCard other = measurement.tuning(twin -> longer).run(List.of(RTE)).get(0);
    assertThat(other.tuning()).isEqualTo(longer).isNotEqualTo(one.tuning());
    assertThat(new TwinCards(folder).find(RTE)).contains(other);
  }

  @Test
  void an_interrupted_measurement_says_that_it_goes_on() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> measurement.run(List.of(RTE)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "The measurement was interrupted; the cards that are written stay. Run it again to go on.");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void a_file_that_is_no_card_is_told() throws IOException {
    Files.writeString(folder.resolve("quick-rte.json"), "{\"twin\": \"quick-rte\"}");
    assertThatThrownBy(() -> measurement.run(List.of(RTE)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("quick-rte.json is no card of a twin: ")
        .hasMessageEndingWith("Delete it and run ./adder data measure.");
  }
}
