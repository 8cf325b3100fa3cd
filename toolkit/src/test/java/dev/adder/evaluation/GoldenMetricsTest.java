package dev.adder.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Metrics against the packages everybody uses; {@code golden-scripts/metrics.py} made the figures.
 */
class GoldenMetricsTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static JsonNode golden;

  @BeforeAll
  static void read() throws IOException {
    golden = JSON.readTree(Path.of("src/test/resources/golden/metrics.json").toFile());
  }

  private static <T> T read(JsonNode node, TypeReference<T> type) {
    return JSON.convertValue(node, type);
  }

  private static List<Written> written(JsonNode pairs) {
    List<Written> written = new ArrayList<>();
    for (JsonNode pair : pairs) {
      List<String> references = read(pair.path("references"), new TypeReference<>() {});
      written.add(new Written(pair.path("text").asText(), references, Optional.empty()));
    }
    return written;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"bleu", "bleu_shortest", "rouge1", "rouge2", "rougeL", "rougeLsum", "meteor"})
  void texts_are_scored_as_by_the_reference(String name) {
    TextMetric metric = (TextMetric) Metric.named(name);
    JsonNode cases = golden.path("texts");
    assertThat(cases).hasSizeGreaterThanOrEqualTo(200);
    for (JsonNode each : cases) {
      assertThat(metric.score(written(each.path("pairs"))))
          .as(each.toString())
          .isCloseTo(each.path(name).asDouble(), within(1e-6));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"accuracy", "f1", "matthews_correlation"})
  void classes_are_scored_as_by_the_reference(String name) {
    ClassMetric metric = (ClassMetric) Metric.named(name);
    JsonNode cases = golden.path("classes");
    assertThat(cases).hasSizeGreaterThanOrEqualTo(200);
    for (JsonNode each : cases) {
      List<Integer> answers = read(each.path("answers"), new TypeReference<>() {});
      List<Integer> gold = read(each.path("gold"), new TypeReference<>() {});
      assertThat(metric.score(answers, gold))
          .as(each.toString())
          .isCloseTo(each.path(name).asDouble(), within(1e-6));
    }
  }

  @Test
  void a_metric_says_exactly_what_it_computes() {
    assertThat(Metric.named("meteor").variant())
        .isEqualTo("NLTK 3.10: exact, Porter stems, WordNet 3.0 synonyms; α 0.9, β 3, γ 0.5");
    assertThat(Metric.named("bleu").variant()).contains("sacrebleu");
    assertThat(Metric.all()).allSatisfy(metric -> assertThat(metric.variant()).isNotBlank());
    assertThat(Metric.all()).extracting(Metric::name).doesNotHaveDuplicates();
  }
}
