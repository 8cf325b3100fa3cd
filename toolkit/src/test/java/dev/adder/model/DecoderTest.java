package dev.adder.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.sun.management.ThreadMXBean;
import dev.adder.adapter.AdaptedModel;
import dev.adder.adapter.DimensionSelection;
import dev.adder.adapter.FullFineTuning;
import dev.adder.adapter.Lora;
import dev.adder.adapter.PeftMethod;
import dev.adder.adapter.SdLora;
import dev.adder.adapter.Share;
import dev.adder.adapter.Targets;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Tape;
import dev.adder.tensor.VectorSupport;
import dev.adder.tensor.Workers;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The decoder against the full forward pass of the same model. */
class DecoderTest {

  /** Relative to the largest logit. Products without AVX-512 round apart by up to 1.03e-5. */
  private static final double TOLERANCE = VectorSupport.lanes() < 16 ? 2e-5 : 1e-5;

  private static final int TOKENS = 63;

  private static final int BYTES = 1024;

  enum Model {
    /** No size is a whole number of vectors. */
    ODD(new MambaConfig(53, 20, 3, 41, 5, 4, 3, 1e-5, false)),
    /** A window of one input. */
    NARROW(new MambaConfig(31, 9, 2, 7, 1, 1, 1, 1e-5, true)),
    /** Large enough for several threads. */
    WIDE(new MambaConfig(1500, 168, 4, 344, 16, 4, 11, 1e-5, true)),
    /** The one that comes with the toolkit. */
    QUICK(null);

    private final MambaConfig config;

    Model(MambaConfig config) {
      this.config = config;
    }

    Mamba load(NDManager manager) throws IOException {
      return config == null
          ? Checkpoint.load(Path.of("../data/quick-mamba"), manager)
          : random(config, manager);
    }
  }

  private NDManager manager;
  private int threads;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager("PyTorch");
    threads = Workers.threads();
  }

  @AfterEach
  void close() {
    Workers.use(threads);
    manager.close();
  }

  private static Mamba random(MambaConfig config, NDManager manager) {
    Map<String, NDArray> tensors = new HashMap<>();
    for (WeightSpec spec : MambaWeights.of(config)) {
      float[] values = new float[(int) spec.size()];
      KeyedRandom.of(1).derive(spec.name()).fillUniform(values, -0.4f, 0.4f);
      if (spec.target().equals("A_log")) {
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) Math.log(1 + i % config.dState());
        }
      }
      Shape shape = new Shape(spec.shape().stream().mapToLong(Long::longValue).toArray());
      tensors.put(spec.name(), RawTensor.create(manager, values, shape));
    }
    return new Mamba(config, tensors);
  }

  private static int[] tokens(Mamba mamba) {
    KeyedRandom random = KeyedRandom.of(4);
    return IntStream.range(0, TOKENS)
        .map(i -> random.below(i, mamba.config().vocabSize()))
        .toArray();
  }

  /** Logits after each token, by one full pass. */
  private float[][] expected(Mamba mamba, int[] tokens) {
    try (NDScope scope = new NDScope();
        Tape tape = Tape.inference()) {
      scope.suppressNotUsedWarning();
      long[] ids = Arrays.stream(tokens).asLongStream().toArray();
      float[] all =
          mamba.logits(tape, manager.create(ids, new Shape(1, ids.length))).toFloatArray();
      int vocabulary = mamba.config().vocabSize();
      return IntStream.range(0, ids.length)
          .mapToObj(i -> Arrays.copyOfRange(all, i * vocabulary, (i + 1) * vocabulary))
          .toArray(float[][]::new);
    }
  }

  private static void assertClose(float[] actual, float[] expected, int position) {
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
    }
    assertThat(difference / largest).as("after token " + position).isLessThan(TOLERANCE);
  }

  private static void assertSteps(Decoder decoder, int[] tokens, int from, float[][] expected) {
    for (int i = from; i < tokens.length; i++) {
      assertClose(decoder.step(tokens[i]), expected[i], i);
    }
  }

  @ParameterizedTest
  @EnumSource
  void steps_give_the_logits_of_one_full_pass(Model model) throws IOException {
    Mamba mamba = model.load(manager);
    int[] tokens = tokens(mamba);
    try (Decoder decoder = Decoder.of(mamba)) {
      assertSteps(decoder, tokens, 0, expected(mamba, tokens));
      assertThat(decoder.read()).isEqualTo(TOKENS);
    }
  }

  @ParameterizedTest
  @EnumSource
  void steps_go_on_from_a_prefill_and_a_prefill_from_steps(Model model) throws IOException {
    Mamba mamba = model.load(manager);
    int[] tokens = tokens(mamba);
    float[][] expected = expected(mamba, tokens);
    try (Decoder decoder = Decoder.of(mamba)) {
      assertClose(decoder.prefill(Arrays.copyOf(tokens, 20)), expected[19], 19);
      assertSteps(decoder, Arrays.copyOf(tokens, 25), 20, expected);
      assertClose(decoder.prefill(Arrays.copyOfRange(tokens, 25, 50)), expected[49], 49);
      assertClose(decoder.prefill(Arrays.copyOfRange(tokens, 50, 52)), expected[51], 51);
      assertSteps(decoder, tokens, 52, expected);
    }
  }

  static Stream<PeftMethod> methods() {
    return Stream.of(
        new Lora(2, 2, 0, Targets.of("in_proj.x", "x_proj.*", "dt_proj", "out_proj")),
        new SdLora(Lora.of(2, "out_proj"), Share.count(3), Share.count(2), OptionalInt.of(3)),
        new FullFineTuning());
  }

  @ParameterizedTest
  @MethodSource("methods")
  void adapted_models_decode_like_their_forward_pass(PeftMethod method) throws IOException {
    Mamba base = Model.ODD.load(manager);
    List<DimensionSelection> selections =
        method.warmUp().isEmpty()
            ? List.of()
            : IntStream.range(0, base.config().layers()).mapToObj(DecoderTest::selection).toList();
    try (AdaptedModel<Mamba> adapted =
        AdaptedModel.attach(
            base,
            method.attachments(MambaWeights.of(base.config()), selections),
            manager,
            KeyedRandom.of(2))) {
      Mamba mamba = adapted.model();
      int[] tokens = tokens(mamba);
      float[] before = expected(mamba, tokens)[TOKENS - 1];
      mamba.trained().forEach(DecoderTest::move);
      float[][] expected = expected(mamba, tokens);
      assertThat(expected[TOKENS - 1]).isNotEqualTo(before);
      try (Decoder decoder = Decoder.of(mamba)) {
        // What is trained on does not change the decoder.
        mamba.trained().forEach(DecoderTest::move);
        assertClose(decoder.prefill(Arrays.copyOf(tokens, 20)), expected[19], 19);
        assertSteps(decoder, tokens, 20, expected);
      }
    }
  }

  private static DimensionSelection selection(int layer) {
    return new DimensionSelection(
        layer,
        List.of(2, 17, 40),
        List.of(List.of(0, 3), List.of(1, 4), List.of(2, 3)),
        new float[0][0]);
  }

  private static void move(Parameter parameter) {
    RawTensor values = RawTensor.of(parameter.getArray());
    float[] moves = new float[values.size()];
    KeyedRandom.of(3).derive(parameter.getName()).fillUniform(moves, -0.1f, 0.1f);
    for (int i = 0; i < moves.length; i++) {
      values.put(i, values.get(i) + moves[i]);
    }
  }

  private static float[][] steps(Decoder decoder, int[] tokens) {
    return Arrays.stream(tokens)
        .mapToObj(token -> decoder.step(token).clone())
        .toArray(float[][]::new);
  }

  @ParameterizedTest
  @EnumSource
  void one_thread_and_two_give_the_same_bits_and_so_does_a_second_time(Model model)
      throws IOException {
    Mamba mamba = model.load(manager);
    int[] tokens = tokens(mamba);
    try (Decoder decoder = Decoder.of(mamba)) {
      Workers.use(1);
      float[][] one = steps(decoder, tokens);
      decoder.reset();
      Workers.use(2);
      float[][] two = steps(decoder, tokens);
      decoder.reset();
      assertThat(two).isDeepEqualTo(one);
      assertThat(steps(decoder, tokens)).isDeepEqualTo(one);
    }
  }

  @Test
  void a_decoder_works_inside_of_a_kernel_task() throws IOException {
    Mamba mamba = Model.WIDE.load(manager);
    int[] tokens = tokens(mamba);
    Workers.use(2);
    try (Decoder first = Decoder.of(mamba);
        Decoder second = Decoder.of(mamba)) {
      float[][] alone = steps(first, tokens);
      first.reset();
      float[][][] both = new float[2][][];
      Workers.run(2, i -> both[i] = steps(i == 0 ? first : second, tokens));
      assertThat(both[0]).isDeepEqualTo(alone);
      assertThat(both[1]).isDeepEqualTo(alone);
    }
  }

  /**
   * The pool takes about a hundred bytes for a token, and HotSpot may leave a vector or two; a loop
   * it does not compile as a whole takes a hundred times as much. Counted is what this thread and
   * the kernels' helpers allocate, nobody else; on a busy machine compiling may take a while.
   */
  @ParameterizedTest
  @EnumSource(names = {"WIDE", "QUICK"})
  void a_token_allocates_next_to_nothing(Model model) throws IOException {
    Mamba mamba = model.load(manager);
    try (Decoder decoder = Decoder.of(mamba)) {
      decoder.step(0);
      long[] decoding = threadsOfDecoding();
      long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
      long least = Long.MAX_VALUE;
      while (least > 100 * BYTES && System.nanoTime() < deadline) {
        long before = allocated(decoding);
        for (int i = 0; i < 100; i++) {
          decoder.step(i % 50);
        }
        least = Math.min(least, allocated(decoding) - before);
      }
      assertThat(least).isLessThanOrEqualTo(100 * BYTES);
    }
  }

  /** This thread and the helpers, which exist once a first token has been read. */
  private static long[] threadsOfDecoding() {
    long own = Thread.currentThread().getId();
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getId() == own || thread.getName().equals("adder-kernel"))
        .mapToLong(Thread::getId)
        .toArray();
  }

  private static long allocated(long[] threads) {
    ThreadMXBean counts = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Arrays.stream(counts.getThreadAllocatedBytes(threads)).sum();
  }

  @Test
  void weights_without_updates_are_not_copied() throws IOException {
    Mamba mamba = Model.ODD.load(manager);
    int before = manager.getManagedArrays().size();
    try (Decoder decoder = Decoder.of(mamba)) {
      NDArray head = mamba.weight("lm_head.weight").frozen();
      float[] first = decoder.step(7).clone();
      RawTensor.of(head).put(0, RawTensor.of(head).get(0) + 1);
      decoder.reset();
      assertThat(decoder.step(7)[0]).isNotEqualTo(first[0]);
      assertThat(manager.getManagedArrays()).hasSize(before);
    }
  }

  @Test
  void bad_input_is_said_in_one_sentence() throws IOException {
    Mamba mamba = Model.ODD.load(manager);
    Decoder decoder = Decoder.of(mamba);
    assertThatThrownBy(() -> decoder.step(53))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Token 53 is outside of the vocabulary of 53 tokens, 0 to 52.");
    assertThatThrownBy(() -> decoder.prefill(new int[] {3, -1}))
        .hasMessage("Token -1 is outside of the vocabulary of 53 tokens, 0 to 52.");
    assertThatThrownBy(() -> decoder.prefill(new int[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The prompt is empty. Give at least one token.");
    decoder.close();
    assertThatThrownBy(() -> decoder.step(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("This decoder is closed. Make another with Decoder.of(model).");
  }
}
