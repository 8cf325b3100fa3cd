package dev.adder.kernel.cell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** JDKs describe records differently: by their name alone, or with their components. */
class LibraryDocumentationTest {

  private static CellEvaluator evaluator;

  @BeforeAll
  static void start() {
    evaluator = new CellEvaluator();
  }

  @AfterAll
  static void stop() {
    evaluator.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dev.adder.adapter.Lora | Low-rank adaptation",
        "dev.adder.adapter.Lora(int rank, double alpha) | Low-rank adaptation",
        "Lora(int rank, double alpha)(int rank, double alpha) | Low-rank adaptation",
        "double Lora.rateRatio() | of the learning rate of B to that of A",
        "double Lora(int rank, dev.adder.adapter.Targets targets).rateRatio() | of the learning rate of B",
        "dev.adder.training.TrainingSettings.Schedule | How the learning rate goes on",
        "Schedule.LINEAR:dev.adder.training.TrainingSettings.Schedule | ''",
        "dev.adder.training.TrainingSettings.Schedule.LINEAR | It falls linearly",
        "TrainingSettings.NO_CLIPPING:double | A largest norm",
        "TrainingSettings(int epochs, long seed).NO_CLIPPING:double | A largest norm",
        "PretrainedModel Ssm.load(String model) throws java.io.IOException | Loads a model with its",
        "PretrainedModel Ssm.load(String model, Placement placement) | Loads a model with its tokenizer onto a device",
        "java.util.List | ''",
        "List<E> List.of(E e1, E e2) | ''",
        "n:int | ''"
      })
  void a_signature_leads_to_its_comment(String signature, String comment) {
    String found = LibraryDocumentation.of(signature);
    if (comment.isEmpty()) {
      assertThat(found).isEmpty();
    } else {
      assertThat(found).startsWith(comment);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Lora | Low-rank adaptation",
        "new Lora( | Low-rank adaptation",
        "TrainingSettings.PAPER | 10 epochs, batches of 4",
        "TrainingSettings.PAPER.batchSize( | examples per optimizer step",
        "TrainingSettings.Schedule | How the learning rate goes on",
        "TrainingSettings.Schedule.CONSTANT | It stays.",
        "Ssm.load( | onto a device"
      })
  void what_stands_at_the_cursor_shows_its_comment(String code, String comment) {
    assertThat(evaluator.inspect(code, code.length())).contains(comment);
  }

  @Test
  void a_record_of_a_cell_shows_what_it_is_made_of() {
    evaluator.evaluate("record Pair(int left, String right) {}", 1);
    assertThat(evaluator.inspect("new Pair(", 9)).contains("(int left, String right)");
    assertThat(evaluator.inspect("new Pair(1, \"\").left(", 21)).contains("left()");
  }
}
