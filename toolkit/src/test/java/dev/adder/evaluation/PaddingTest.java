package dev.adder.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import dev.adder.data.TokenBatch;
import dev.adder.data.TokenExample;
import dev.adder.model.Checkpoint;
import dev.adder.model.Mamba;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Tape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What stands beside an example or behind it does not change what is said of it. */
class PaddingTest {

  private static final double TOLERANCE = 1e-6;

  private NDManager manager;
  private Mamba mamba;

  @BeforeEach
  void open() throws IOException {
    manager = NDManager.newBaseManager("PyTorch");
    mamba = Checkpoint.load(Path.of("../data/quick-mamba"), manager);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /** Examples of 6 to 70 tokens, so that most are padded a lot. */
  private static List<TokenExample> examples() {
    return IntStream.range(0, 9)
        .mapToObj(i -> new TokenExample(tokens(i, 5 + 8 * i), tokens(100 + i, 1 + i % 3)))
        .toList();
  }

  private static int[] tokens(long key, int count) {
    KeyedRandom random = KeyedRandom.of(5).derive(key);
    return IntStream.range(0, count).map(i -> random.below(i, 500)).toArray();
  }

  @Test
  void padding_and_batch_size_change_no_logit_beyond_1e_6() {
    float[] together = logits(TokenBatch.of(examples()));
    int at = 0;
    for (TokenExample example : examples()) {
      float[] alone = logits(TokenBatch.of(List.of(example)));
      float[] beside = Arrays.copyOfRange(together, at, at + alone.length);
      at += alone.length;
      double largest = 0;
      double difference = 0;
      for (int i = 0; i < alone.length; i++) {
        largest = Math.max(largest, Math.abs(alone[i]));
        difference = Math.max(difference, Math.abs(alone[i] - beside[i]));
      }
      assertThat(difference / largest).isLessThan(TOLERANCE);
    }
    assertThat(at).isEqualTo(together.length);
  }

  private float[] logits(TokenBatch batch) {
    try (NDScope scope = new NDScope();
        Tape tape = Tape.inference()) {
      scope.suppressNotUsedWarning();
      long[] ids = Arrays.stream(batch.inputIds()).asLongStream().toArray();
      NDArray input = RawTensor.create(manager, ids, new Shape(batch.batch(), batch.length()));
      return mamba.logitsAt(tape, input, batch.labelPositions()).toFloatArray();
    }
  }

  @Test
  void answers_and_perplexity_do_not_depend_on_what_is_scored_together() {
    List<TokenExample> examples = examples();
    int[] classes = {3, 40, 41, 300};
    int[] answers = Classifier.answers(mamba, TokenBatch.of(examples));
    int[] choices = Classifier.choices(mamba, TokenBatch.of(examples), classes);
    int at = 0;
    for (TokenExample example : examples) {
      TokenBatch alone = TokenBatch.of(List.of(example));
      int to = at + example.label().length;
      assertThat(Classifier.answers(mamba, alone)).isEqualTo(Arrays.copyOfRange(answers, at, to));
      assertThat(Classifier.choices(mamba, alone, classes))
          .isEqualTo(Arrays.copyOfRange(choices, at, to));
      at = to;
    }
    double together = new Perplexity().of(mamba, List.of(TokenBatch.of(examples)));
    double oneByOne =
        new Perplexity().of(mamba, examples.stream().map(e -> TokenBatch.of(List.of(e))).toList());
    assertThat(Math.abs(together / oneByOne - 1)).isLessThan(TOLERANCE);
  }
}
