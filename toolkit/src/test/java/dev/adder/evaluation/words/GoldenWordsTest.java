package dev.adder.evaluation.words;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Words, stems and synonyms against NLTK and sacrebleu. */
class GoldenWordsTest {

  private static JsonNode golden;

  @BeforeAll
  static void read() throws IOException {
    golden =
        new ObjectMapper().readTree(Path.of("src/test/resources/golden/metrics.json").toFile());
  }

  private static List<String> strings(JsonNode node) {
    List<String> strings = new ArrayList<>();
    node.forEach(each -> strings.add(each.asText()));
    return strings;
  }

  private static void assertSplits(String key, Function<String, List<String>> split) {
    assertThat(golden.path(key)).hasSizeGreaterThan(500);
    for (JsonNode pair : golden.path(key)) {
      String text = pair.get(0).asText();
      assertThat(split.apply(text)).as(text).isEqualTo(strings(pair.get(1)));
    }
  }

  @Test
  void sentences_and_words_are_those_of_nltk() {
    assertSplits("words", WordTokens::split);
  }

  @Test
  void tokens_of_bleu_are_those_of_sacrebleu() {
    assertSplits("mteval13a", Mteval13a::split);
  }

  @Test
  void stems_are_those_of_nltk() {
    Map<String, JsonNode> stems = new java.util.TreeMap<>();
    golden
        .path("stems")
        .fields()
        .forEachRemaining(each -> stems.put(each.getKey(), each.getValue()));
    assertThat(stems).hasSizeGreaterThan(2000);
    stems.forEach(
        (word, stem) -> assertThat(PorterStemmer.stem(word)).as(word).isEqualTo(stem.asText()));
  }

  @Test
  void synonyms_are_those_of_nltk_with_the_same_wordnet() {
    WordNet.require();
    assertThat(golden.path("synonyms")).hasSizeGreaterThan(2000);
    golden
        .path("synonyms")
        .fields()
        .forEachRemaining(
            each ->
                assertThat(WordNet.synonyms(each.getKey()))
                    .as(each.getKey())
                    .containsExactlyInAnyOrderElementsOf(strings(each.getValue())));
  }
}
