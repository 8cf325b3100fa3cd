package dev.adder.evaluation.spider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.adder.data.Database;
import dev.adder.data.Databases;
import dev.adder.evaluation.Evaluation;
import dev.adder.evaluation.Score;
import dev.adder.evaluation.SpiderMetric;
import dev.adder.evaluation.Written;
import dev.adder.evaluation.spider.SpiderJudge.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against the official evaluation; {@code golden-scripts/spider.py} made the verdicts. */
class SpiderJudgeTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden/spider");

  private static Database music;

  @BeforeAll
  static void open() throws IOException {
    music = Databases.open(GOLDEN).get("music");
  }

  @Test
  void queries_are_graded_compared_and_run_as_by_the_official_evaluation() throws IOException {
    JsonNode cases = new ObjectMapper().readTree(GOLDEN.resolve("verdicts.json").toFile());
    assertThat(cases).hasSizeGreaterThan(600);
    for (JsonNode each : cases) {
      Verdict expected =
          new Verdict(
              Hardness.valueOf(each.path("hardness").asText().toUpperCase(Locale.ROOT)),
              each.path("exact_match").asBoolean(),
              each.path("execution").asBoolean());
      assertThat(SpiderJudge.judge(each.path("text").asText(), each.path("gold").asText(), music))
          .as(each.toString())
          .isEqualTo(expected);
    }
  }

  @Test
  void shares_are_given_of_all_and_by_hardness() {
    List<Written> written =
        Stream.of("select name from singer", "select age from singer", "select 1")
            .map(text -> new Written(text, List.of("select name from singer"), Optional.of(music)))
            .toList();
    SpiderMetric metric = new SpiderMetric(SpiderMetric.Kind.EXECUTION);
    metric.require(written);
    Evaluation evaluation = Evaluation.ofTexts("t", List.of(metric), written);
    assertThat(evaluation.scores())
        .extracting(Score::metric)
        .containsExactly(
            "execution", "execution_easy", "execution_medium", "execution_hard", "execution_extra");
    assertThat(evaluation.score()).isEqualTo(1.0 / 3);
    assertThat(evaluation.score("execution_easy").value()).isEqualTo(1.0 / 3);
    assertThat(evaluation.score("execution_extra").value()).isZero();
  }

  @Test
  void a_gold_query_at_fault_is_named_before_anything_is_written() {
    SpiderMetric metric = new SpiderMetric(SpiderMetric.Kind.EXACT_MATCH);
    assertThatThrownBy(
            () ->
                metric.require(
                    List.of(new Written("", List.of("select x from singer"), Optional.of(music)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "The gold query \"select x from singer\" of music cannot be used: There is no column \"x\".");
    assertThatThrownBy(() -> metric.require(List.of(new Written("", "select 1"))))
        .hasMessage("The query \"select 1\" names no database. Give each example of the task one.");
  }
}
