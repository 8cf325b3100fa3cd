package dev.adder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.adder.data.Answer;
import dev.adder.data.Databases;
import dev.adder.data.Example;
import dev.adder.data.Form;
import dev.adder.data.Origin;
import dev.adder.data.Splits;
import dev.adder.data.Task;
import dev.adder.data.Template;
import dev.adder.evaluation.Bleu;
import dev.adder.evaluation.Decoding;
import dev.adder.evaluation.Evaluation;
import dev.adder.evaluation.Score;
import dev.adder.evaluation.Written;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tasks that are answered by text, and classes chosen among their words, scored by the front. */
class TextTaskTest {

  private static final Origin ORIGIN = new Origin("Test", "by hand", true, "none", "none");

  private static PretrainedModel model;

  @BeforeAll
  static void load() throws IOException {
    model = Ssm.load("quick");
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static Task task(Answer answer, List<String> metrics, List<Example> examples) {
    return new Task(
        "test",
        Form.RELEASED,
        new Template("Say it: ", false),
        answer,
        Optional.empty(),
        metrics,
        new Splits(examples, examples, examples),
        ORIGIN);
  }

  @Test
  void texts_are_written_and_scored_by_every_metric_of_the_task() {
    List<Example> examples =
        List.of(
            new Example("a child sleeps", List.of("The child sleeps.", "A child is asleep.")),
            new Example("the garden", "The garden is green."),
            new Example("two dogs", List.of("There are two dogs.")));
    Task task =
        task(new Answer.Text(), List.of("meteor", "bleu", "rougeL", "perplexity"), examples);
    Evaluation evaluation = model.evaluate(task, Decoding.beams(3, 12));
    assertThat(evaluation.scores())
        .extracting(Score::metric)
        .containsExactly("meteor", "bleu", "rougeL", "perplexity");
    assertThat(evaluation.metric()).isEqualTo("meteor");
    assertThat(evaluation.examples()).isEqualTo(3);
    List<String> prompts =
        examples.stream().map(each -> "Say it: " + each.input() + "###").toList();
    for (int i = 0; i < 3; i++) {
      // The pieces are encoded by themselves, so that only texts of equal tokens must agree.
      int[] joined = model.tokens().encode(prompts.get(i));
      int[] pieces = task.encode(examples, model.tokens()).get(i).prompt();
      if (java.util.Arrays.equals(joined, pieces)) {
        assertThat(evaluation.texts().get(i))
            .isEqualTo(model.generate(prompts.get(i)).beams(3).maxNewTokens(12).run());
      }
    }
    List<Written> written =
        IntStream.range(0, 3)
            .mapToObj(
                i ->
                    new Written(
                        evaluation.texts().get(i), examples.get(i).answers(), Optional.empty()))
            .toList();
    assertThat(evaluation.score("bleu").value()).isEqualTo(new Bleu().score(written));
    assertThat(evaluation.score("perplexity").value()).isGreaterThan(1);
    assertThatThrownBy(() -> evaluation.score("f1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("test was not scored by \"f1\", but by: meteor, bleu, rougeL, perplexity.");
  }

  @Test
  void queries_are_asked_of_their_databases() throws IOException {
    List<Example> examples =
        List.of(
            new Example("names?", List.of("select name from singer"), Optional.of("music")),
            new Example("how many?", List.of("select count(*) from singer"), Optional.of("music")));
    Task task =
        task(new Answer.Text(), List.of("execution", "exact_match"), examples)
            .withDatabases(Databases.open(Path.of("src/test/resources/golden/spider")));
    Evaluation evaluation = model.evaluate(task, Decoding.greedy(8));
    assertThat(evaluation.scores()).hasSize(10);
    assertThat(evaluation.score()).isZero();
    Task wrong =
        task(
                new Answer.Text(),
                List.of("execution"),
                List.of(new Example("x", List.of("select x from y"), Optional.of("music"))))
            .withDatabases(Databases.open(Path.of("src/test/resources/golden/spider")));
    assertThatThrownBy(() -> model.evaluate(wrong, Decoding.greedy(8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("The gold query \"select x from y\" of music cannot be used:");
  }

  @Test
  void an_answer_is_any_token_or_one_of_the_words_as_the_task_says() {
    List<Example> examples =
        IntStream.range(0, 40)
            .mapToObj(i -> new Example("picture " + i, String.valueOf(i % 2)))
            .toList();
    List<String> classes = List.of("zero", "one");
    List<String> words = List.of("0", "1");
    Evaluation any =
        model.evaluate(
            task(new Answer.Choice(words, classes, true), List.of("accuracy", "f1"), examples));
    Evaluation among =
        model.evaluate(
            task(new Answer.Choice(words, classes, false), List.of("accuracy", "f1"), examples));
    assertThat(any.outOfClass()).isPositive();
    assertThat(among.outOfClass()).isZero();
    assertThat(among.score()).isCloseTo(among.strictScore(), within(0.0)).isPositive();
    assertThat(among.scores()).extracting(Score::metric).containsExactly("accuracy", "f1");
    assertThat(among.texts()).isEmpty();
  }
}
