package dev.adder.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.adder.data.Batches;
import dev.adder.data.TokenBatch;
import dev.adder.data.TokenExample;
import dev.adder.model.Checkpoint;
import dev.adder.model.Mamba;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Decoding against transformers 4.39.3; {@code golden-scripts/decoding.py} made the figures. */
class GoldenDecodingTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static JsonNode golden() throws IOException {
    return JSON.readTree(GOLDEN.resolve("decoding.json").toFile());
  }

  private static <T> T read(JsonNode node, Class<T> type) throws IOException {
    return JSON.treeToValue(node, type);
  }

  @Test
  void beam_search_writes_what_the_released_code_writes() throws IOException {
    JsonNode cases = golden().path("beams");
    assertThat(cases).hasSizeGreaterThanOrEqualTo(200);
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Mamba mamba = Checkpoint.load(GOLDEN.resolve("hf-mamba-tiny"), manager);
      try (Generator generator = Generator.of(mamba)) {
        for (JsonNode each : cases) {
          BeamSearch search =
              new BeamSearch(
                  each.path("max_new_tokens").asInt(),
                  each.path("beams").asInt(),
                  each.path("length_penalty").asDouble(),
                  each.path("min_length").asInt());
          int[] prompt = read(each.path("prompt"), int[].class);
          List<int[]> texts =
              generator.generate(List.of(prompt), search, each.path("stop").asInt());
          assertThat(texts.get(0))
              .as(each.toString())
              .isEqualTo(read(each.path("text"), int[].class));
        }
      }
    }
  }

  @Test
  void sampling_leaves_each_token_the_probability_that_the_usual_filters_leave_it()
      throws IOException {
    JsonNode cases = golden().path("filters");
    assertThat(cases).hasSizeGreaterThanOrEqualTo(200);
    for (JsonNode each : cases) {
      Sampling sampling =
          Decoding.sampling(1, 0)
              .temperature(each.path("temperature").asDouble())
              .topK(each.path("top_k").asInt())
              .topP(each.path("top_p").asDouble());
      double[] actual = sampling.probabilities(read(each.path("logits"), float[].class));
      double[] expected = read(each.path("probabilities"), double[].class);
      for (int i = 0; i < expected.length; i++) {
        assertThat(actual[i]).as(each.toString()).isCloseTo(expected[i], within(1e-6));
      }
    }
  }

  @Test
  void perplexity_is_that_of_the_reference() throws IOException {
    JsonNode cases = golden().path("perplexities");
    assertThat(cases).hasSizeGreaterThanOrEqualTo(200);
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Mamba mamba = Checkpoint.load(GOLDEN.resolve("hf-mamba-tiny"), manager);
      double nats = 0;
      int labels = 0;
      List<TokenExample> examples = new ArrayList<>();
      for (JsonNode each : cases) {
        TokenExample example =
            new TokenExample(
                read(each.path("prompt"), int[].class), read(each.path("label"), int[].class));
        double expected = each.path("perplexity").asDouble();
        double actual = new Perplexity().of(mamba, List.of(TokenBatch.of(List.of(example))));
        // The model computes in float32.
        assertThat(actual / expected).as(each.toString()).isCloseTo(1, within(1e-5));
        examples.add(example);
        nats += example.label().length * Math.log(expected);
        labels += example.label().length;
      }
      double all = new Perplexity().of(mamba, Batches.inOrder(examples, 16));
      assertThat(all / Math.exp(nats / labels)).isCloseTo(1, within(1e-6));
      assertThatThrownBy(() -> new Perplexity().of(mamba, List.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("There is no label to be surprised by. Give at least one example.");
    }
  }
}
