package dev.adder.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.adder.model.Checkpoint;
import dev.adder.model.Decoder;
import dev.adder.model.Mamba;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Tape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Writing by every decoding, with the model that comes with the toolkit. */
class GeneratorTest {

  private static final int STOP = 0;

  private NDManager manager;
  private Mamba mamba;
  private Generator generator;

  @BeforeEach
  void open() throws IOException {
    manager = NDManager.newBaseManager("PyTorch");
    mamba = Checkpoint.load(Path.of("../data/quick-mamba"), manager);
    generator = Generator.of(mamba);
  }

  @AfterEach
  void close() {
    generator.close();
    manager.close();
  }

  static Stream<Decoding> decodings() {
    return Stream.of(
        Decoding.greedy(20),
        Decoding.sampling(20, 3),
        Decoding.sampling(20, 4).temperature(0.7).topK(20).topP(0.9),
        Decoding.beams(5, 20),
        Decoding.beams(3, 0));
  }

  private static List<int[]> prompts() {
    return IntStream.range(0, 23)
        .mapToObj(
            i -> {
              KeyedRandom random = KeyedRandom.of(2).derive(i);
              return IntStream.rangeClosed(0, random.below(0, 30))
                  .map(at -> random.below(at + 1, 512))
                  .toArray();
            })
        .toList();
  }

  @ParameterizedTest
  @MethodSource("decodings")
  void texts_do_not_depend_on_the_batch_and_are_the_same_each_time(Decoding decoding) {
    List<int[]> expected = generator.generate(prompts(), decoding, STOP);
    assertThat(expected).hasSize(23);
    assertThat(generator.generate(prompts(), decoding, STOP)).containsExactlyElementsOf(expected);
    for (int batch : List.of(1, 2, 23)) {
      assertThat(generator.generate(prompts(), decoding, STOP, batch))
          .containsExactlyElementsOf(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("decodings")
  void texts_end_before_the_stop_token_or_at_the_limit(Decoding decoding) {
    for (int[] text : generator.generate(prompts(), decoding, STOP)) {
      assertThat(text).hasSizeLessThanOrEqualTo(decoding.maxNewTokens()).doesNotContain(STOP);
    }
  }

  @Test
  void greedy_writes_the_most_probable_token_each_time_until_the_stop_token() {
    List<int[]> texts = generator.generate(prompts(), Decoding.greedy(20), STOP);
    try (Tape tape = Tape.inference()) {
      for (int i = 0; i < texts.size(); i++) {
        int[] text = texts.get(i);
        int[] prompt = prompts().get(i);
        long[] all =
            IntStream.concat(Arrays.stream(prompt), Arrays.stream(text)).asLongStream().toArray();
        NDArray ids = RawTensor.create(manager, all, new Shape(1, all.length));
        NDArray logits = mamba.logits(tape, ids);
        for (int k = 0; k <= text.length && k < 20; k++) {
          long next = logits.get(0, prompt.length - 1 + k).argMax().getLong();
          assertThat(next).isEqualTo(k < text.length ? text[k] : STOP);
        }
      }
    }
  }

  @Test
  void the_most_probable_token_alone_and_a_low_temperature_are_greedy() {
    List<int[]> greedy = generator.generate(prompts(), Decoding.greedy(12), STOP);
    for (Sampling sampling :
        List.of(
            Decoding.sampling(12, 5).topK(1),
            Decoding.sampling(12, 5).topP(1e-9),
            Decoding.sampling(12, 5).temperature(1e-6))) {
      assertThat(generator.generate(prompts(), sampling, STOP)).containsExactlyElementsOf(greedy);
    }
  }

  @Test
  void sampled_tokens_come_as_often_as_their_probabilities_say() {
    List<int[]> prompts = new ArrayList<>();
    IntStream.range(0, 4000).forEach(i -> prompts.add(new int[] {5, 9, 2}));
    Sampling sampling = Decoding.sampling(1, 17).topK(8);
    int[] counts = new int[mamba.config().vocabSize()];
    Set<Integer> seen = new TreeSet<>();
    for (int[] text : generator.generate(prompts, sampling, -1)) {
      counts[text[0]]++;
      seen.add(text[0]);
    }
    double[] expected;
    try (Decoder decoder = Decoder.of(mamba)) {
      expected = sampling.probabilities(decoder.prefill(new int[] {5, 9, 2}));
    }
    assertThat(seen).hasSizeBetween(2, 8);
    for (int i = 0; i < counts.length; i++) {
      // Five standard deviations.
      double spread = 5 * Math.sqrt(expected[i] * (1 - expected[i]) / prompts.size());
      assertThat(Math.abs(counts[i] / (double) prompts.size() - expected[i]))
          .isLessThanOrEqualTo(spread);
    }
  }

  @Test
  void an_interrupted_thread_stops_writing_and_says_how_far_it_came() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> generator.generate(prompts(), Decoding.greedy(20), -1))
        .isInstanceOf(CancellationException.class)
        .hasMessage("Writing was interrupted after 0 texts and 0 tokens of the next 16.");
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(generator.generate(prompts(), Decoding.greedy(2), -1)).hasSize(23);
  }

  @Test
  void settings_out_of_range_are_refused_in_one_sentence() {
    assertThatThrownBy(() -> Decoding.greedy(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("-1 new tokens are asked for; it must be 0 or more.");
    assertThatThrownBy(() -> Decoding.beams(0, 5))
        .hasMessage("0 beams are asked for; give at least 1.");
    assertThatThrownBy(() -> Decoding.sampling(5, 1).temperature(0))
        .hasMessage(
            "The temperature is 0.0; it must be above 0. For the most probable token use greedy decoding.");
    assertThatThrownBy(() -> Decoding.sampling(5, 1).topK(-1))
        .hasMessage("topK is -1; give the number of tokens to choose from, or 0 for all.");
    assertThatThrownBy(() -> Decoding.sampling(5, 1).topP(1.5))
        .hasMessage("topP is 1.5; give a probability above 0, or 1 for all tokens.");
  }

  @Test
  void decodings_say_what_they_do() {
    assertThat(BeamSearch.PAPER.describe()).isEqualTo("5 beams");
    assertThat(Decoding.beams(2, 3).rows()).isEqualTo(2);
    assertThat(new BeamSearch(9, 4, 0.5, 0).describe()).isEqualTo("4 beams, length penalty 0.5");
    assertThat(Decoding.greedy(3).describe()).isEqualTo("greedy");
    assertThat(Decoding.sampling(3, 7).topK(50).topP(0.95).describe())
        .isEqualTo("sampling, temperature 1, top-k 50, top-p 0.95, seed 7");
  }
}
