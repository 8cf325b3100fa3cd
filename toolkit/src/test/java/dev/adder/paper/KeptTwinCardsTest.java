package dev.adder.paper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adder.PretrainedModel;
import dev.adder.Ssm;
import dev.adder.data.Answer;
import dev.adder.data.QuickTwin;
import dev.adder.data.QuickTwin.Sizes;
import dev.adder.data.Task;
import dev.adder.evaluation.Guess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The cards that are kept in the checkout. */
class KeptTwinCardsTest {

  private static final Path FOLDER = Path.of("../data/twins");
  private static final Sizes SMALL = new Sizes(50, 10, 10);

  private static List<TwinCard> cards() throws IOException {
    return new TwinCards(FOLDER).all();
  }

  @Test
  void every_twin_has_a_card() throws IOException {
    assertThat(cards())
        .extracting(TwinCard::twin)
        .containsExactlyElementsOf(QuickTwin.all().stream().map(QuickTwin::name).toList());
  }

  private interface Claim {
    void check(TwinCard card) throws IOException;
  }

  private static Stream<DynamicTest> each(Claim claim) throws IOException {
    return cards().stream()
        .map(card -> DynamicTest.dynamicTest(card.twin(), () -> claim.check(card)));
  }

  @TestFactory
  Stream<DynamicTest> a_card_is_of_the_kept_model_these_examples_and_these_settings()
      throws IOException {
    String model;
    try (PretrainedModel quick = Ssm.load("quick")) {
      model = quick.fingerprint();
    }
    return each(
        card -> {
          QuickTwin twin = QuickTwin.named(card.twin());
          String remedy =
              "data/twins/%s.json was measured with another %s; run ./adder data measure and commit what it writes.";
          assertThat(card.model())
              .as(remedy, card.twin(), "quick model than data/quick-mamba")
              .isEqualTo(model);
          assertThat(card.data())
              .as(remedy, card.twin(), "edition of the twin's examples")
              .isEqualTo(twin.task().fingerprint());
          assertThat(card.tuning())
              .as(remedy, card.twin(), "tuning than data/grids/twins.json says")
              .isEqualTo(TwinTuning.of(twin));
        });
  }

  @TestFactory
  Stream<DynamicTest> what_understands_nothing_stays_well_below_full_tuning() throws IOException {
    return each(
        card -> {
          assertThat(card.margin())
              .as("full tuning beyond the best guess, %s", card.bestGuess())
              .isGreaterThanOrEqualTo(TwinCard.MARGIN);
          assertThat(card.tuned(card.metric()) - card.bestFrozen())
              .as("full tuning beyond the quick model as it is")
              .isGreaterThanOrEqualTo(TwinCard.MARGIN);
        });
  }

  @TestFactory
  Stream<DynamicTest> the_rules_of_a_card_score_what_it_says() throws IOException {
    return each(
        card -> {
          Task task = QuickTwin.named(card.twin()).task();
          assertThat(card.guesses())
              .isEqualTo(
                  Guess.of(task).stream()
                      .map(guess -> TwinCard.Row.of(guess.rule(), guess.evaluation()))
                      .toList());
        });
  }

  @Test
  void the_page_shows_the_cards() throws IOException {
    assertThat(FOLDER.resolve("README.md")).content().isEqualTo(TwinCardPage.of(cards()));
  }

  @Test
  void the_cards_come_with_the_toolkit() throws IOException {
    assertThat(TwinCards.shipped()).isEqualTo(cards());
  }

  @Test
  void every_twin_has_its_settings() {
    for (QuickTwin twin : QuickTwin.all()) {
      TwinTuning tuning = TwinTuning.of(twin);
      assertThat(tuning.maxNewTokens() > 0)
          .as(twin.name())
          .isEqualTo(twin.task(SMALL, 1).answer() instanceof Answer.Text);
    }
  }
}
