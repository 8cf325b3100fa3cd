package dev.adder.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Tape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several sequences read side by side, by the decoder and by the engine's operators. */
class SequencesTest {

  private static final MambaConfig CONFIG = new MambaConfig(53, 20, 3, 41, 5, 4, 3, 1e-5, false);

  private static final List<int[]> PROMPTS =
      List.of(tokens(1, 1), tokens(2, 40), tokens(3, 7), tokens(4, 19));

  enum Kind {
    DECODER {
      @Override
      Sequences open(Mamba mamba) {
        return Decoder.of(mamba);
      }
    },
    ENGINE {
      @Override
      Sequences open(Mamba mamba) {
        return new EngineSequences(mamba);
      }
    };

    abstract Sequences open(Mamba mamba);
  }

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager("PyTorch");
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static int[] tokens(long key, int count) {
    KeyedRandom random = KeyedRandom.of(9).derive(key);
    return IntStream.range(0, count).map(i -> random.below(i, CONFIG.vocabSize())).toArray();
  }

  private Mamba mamba(DataType type) {
    Map<String, NDArray> tensors = new HashMap<>();
    for (WeightSpec spec : MambaWeights.of(CONFIG)) {
      float[] values = new float[(int) spec.size()];
      KeyedRandom.of(1).derive(spec.name()).fillUniform(values, -0.4f, 0.4f);
      Shape shape = new Shape(spec.shape().stream().mapToLong(Long::longValue).toArray());
      NDArray tensor = RawTensor.create(manager, values, shape);
      tensors.put(spec.name(), tensor.toType(type, false));
    }
    return new Mamba(CONFIG, tensors);
  }

  private static int[] column(int[][] tokens, int at) {
    return Arrays.stream(tokens).mapToInt(each -> each[at]).toArray();
  }

  private static float[][] logits(Sequences sequences) {
    return IntStream.range(0, sequences.count())
        .mapToObj(row -> sequences.logits(row).clone())
        .toArray(float[][]::new);
  }

  private static void assertClose(float[] actual, float[] expected) {
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
    }
    assertThat(difference / largest).isLessThan(1e-6);
  }

  @ParameterizedTest
  @EnumSource
  void what_a_sequence_says_does_not_depend_on_the_others(Kind kind) {
    Mamba mamba = mamba(DataType.FLOAT32);
    int[][] written = IntStream.range(10, 14).mapToObj(i -> tokens(i, 12)).toArray(int[][]::new);
    try (Sequences together = kind.open(mamba);
        Sequences alone = kind.open(mamba)) {
      together.start(PROMPTS);
      float[][][] all = new float[13][][];
      all[0] = logits(together);
      for (int i = 0; i < 12; i++) {
        together.advance(column(written, i));
        all[i + 1] = logits(together);
      }
      for (int row = 0; row < PROMPTS.size(); row++) {
        alone.start(List.of(PROMPTS.get(row)));
        assertClose(all[0][row], alone.logits(0));
        for (int i = 0; i < 12; i++) {
          alone.advance(new int[] {written[row][i]});
          assertClose(all[i + 1][row], alone.logits(0));
          if (kind == Kind.DECODER) {
            assertThat(all[i + 1][row]).isEqualTo(alone.logits(0));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void kept_sequences_go_on_from_their_own_past_wherever_they_stand(Kind kind) {
    Mamba mamba = mamba(DataType.FLOAT32);
    int[] kept = {3, 1, 1, 3, 3};
    int[] next = {5, 6, 7, 8, 5};
    try (Sequences sequences = kind.open(mamba);
        Sequences expected = kind.open(mamba)) {
      sequences.start(PROMPTS);
      for (int round = 0; round < 3; round++) {
        sequences.keep(new int[] {0, 1, 2, 3});
        sequences.advance(new int[] {round, round + 1, round + 2, round + 3});
      }
      float[][] before = logits(sequences);
      sequences.keep(kept);
      assertThat(sequences.count()).isEqualTo(5);
      assertThat(sequences.logits(1)).isEqualTo(before[1]);
      assertThat(sequences.logits(4)).isEqualTo(before[3]);
      sequences.advance(next);
      for (int i = 0; i < kept.length; i++) {
        expected.start(List.of(PROMPTS.get(kept[i])));
        for (int round = 0; round < 3; round++) {
          expected.advance(new int[] {round + kept[i]});
        }
        expected.advance(new int[] {next[i]});
        assertClose(sequences.logits(i), expected.logits(0));
      }
      sequences.keep(new int[] {4});
      sequences.start(PROMPTS);
      assertThat(sequences.count()).isEqualTo(4);
      expected.start(List.of(PROMPTS.get(2)));
      assertClose(sequences.logits(2), expected.logits(0));
    }
  }

  @Test
  void in_float64_steps_give_the_logits_of_one_full_pass_within_1e_10() {
    Mamba mamba = mamba(DataType.FLOAT64);
    long[] ids = Arrays.stream(tokens(7, 48)).asLongStream().toArray();
    int prompt = 17;
    try (NDScope scope = new NDScope();
        Tape tape = Tape.inference();
        MambaState state = MambaState.empty(manager, CONFIG, 1, DataType.FLOAT64)) {
      scope.suppressNotUsedWarning();
      double[] full = mamba.logits(tape, manager.create(ids, new Shape(1, 48))).toDoubleArray();
      for (int i = prompt; i <= ids.length; i++) {
        long[] given = i == prompt ? Arrays.copyOf(ids, prompt) : Arrays.copyOfRange(ids, i - 1, i);
        NDArray input = manager.create(given, new Shape(1, given.length));
        double[] step = mamba.next(tape, input, state).toDoubleArray();
        int from = (i - 1) * CONFIG.vocabSize();
        for (int token = 0; token < step.length; token++) {
          assertThat(Math.abs(step[token] - full[from + token])).isLessThan(1e-10);
        }
      }
    }
  }

  @Test
  void a_model_that_the_decoder_cannot_read_is_read_by_the_engine() {
    Mamba single = mamba(DataType.FLOAT32);
    Mamba wide = mamba(DataType.FLOAT64);
    try (Sequences decoder = Sequences.of(single);
        Sequences engine = Sequences.of(wide)) {
      assertThat(decoder).isInstanceOf(Decoder.class);
      assertThat(engine).isInstanceOf(EngineSequences.class);
      decoder.start(PROMPTS);
      engine.start(PROMPTS);
      decoder.advance(new int[] {1, 2, 3, 4});
      engine.advance(new int[] {1, 2, 3, 4});
      for (int row = 0; row < 4; row++) {
        assertClose(decoder.logits(row), engine.logits(row));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothing_is_left_behind_by_steps(Kind kind) {
    Mamba mamba = mamba(DataType.FLOAT32);
    try (Sequences sequences = kind.open(mamba)) {
      sequences.start(PROMPTS);
      sequences.advance(new int[] {1, 2, 3, 4});
      int before = manager.getManagedArrays().size();
      for (int i = 0; i < 20; i++) {
        sequences.keep(new int[] {1, 0, 3, 3});
        sequences.advance(new int[] {1, 2, 3, 4});
      }
      sequences.start(PROMPTS);
      assertThat(manager.getManagedArrays()).hasSize(before);
    }
  }

  @ParameterizedTest
  @EnumSource
  void bad_input_is_said_in_one_sentence(Kind kind) {
    try (Sequences sequences = kind.open(mamba(DataType.FLOAT32))) {
      sequences.start(PROMPTS);
      assertThatThrownBy(() -> sequences.advance(new int[] {1, 2}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("2 tokens are given for 4 sequences; each reads one.");
      assertThatThrownBy(() -> sequences.advance(new int[] {1, 2, 3, 53}))
          .hasMessage("Token 53 is outside of the vocabulary of 53 tokens, 0 to 52.");
      assertThatThrownBy(() -> sequences.start(List.of()))
          .hasMessage("There is no prompt. Give at least one.");
      assertThatThrownBy(() -> sequences.start(List.of(new int[] {1}, new int[0])))
          .hasMessage("The prompt is empty. Give at least one token.");
    }
  }
}
