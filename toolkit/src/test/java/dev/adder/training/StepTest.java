package dev.adder.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import dev.adder.ChildJvm;
import dev.adder.adapter.AdaptedModel;
import dev.adder.adapter.BitFit;
import dev.adder.adapter.DimensionSelection;
import dev.adder.adapter.FullFineTuning;
import dev.adder.adapter.Lora;
import dev.adder.adapter.PeftMethod;
import dev.adder.adapter.SdLora;
import dev.adder.adapter.Share;
import dev.adder.adapter.Targets;
import dev.adder.model.Mamba;
import dev.adder.model.MambaConfig;
import dev.adder.model.MambaWeights;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every training step promises: the same bits however it is run, and little on the Java heap.
 */
class StepTest {

  private static final MambaConfig TINY = MambaConfig.of(300, 48, 2);
  private static final TrainingSettings SETTINGS = TrainingSettings.PAPER.learningRate(1e-2);

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

  static Stream<PeftMethod> methods() {
    return Stream.of(
        new Lora(3, 8, 0.1, Targets.of("in_proj", "x_proj.B", "dt_proj", "out_proj")),
        new SdLora(
            new Lora(4, 4, 0.1, Targets.of("out_proj")),
            Share.count(7),
            Share.count(3),
            OptionalInt.of(2)),
        new BitFit(),
        new FullFineTuning());
  }

  private static List<DimensionSelection> selections(PeftMethod method, MambaConfig config) {
    if (method.warmUp().isEmpty()) {
      return List.of();
    }
    return IntStream.range(0, config.layers())
        .mapToObj(
            layer ->
                new DimensionSelection(
                    layer,
                    List.of(3, 17, 90, 4, 5, 0, 44),
                    IntStream.range(0, 7).mapToObj(c -> List.of(c, 9, 15)).toList(),
                    new float[0][0]))
        .toList();
  }

  private AdaptedModel<Mamba> attach(PeftMethod method, MambaConfig config) {
    return AdaptedModel.attach(
        new Mamba(config, RandomWeights.of(config, manager)),
        method.attachments(MambaWeights.of(config), selections(method, config)),
        manager,
        KeyedRandom.of(5));
  }

  /** The losses of some steps, and every trained number after them. */
  private List<float[]> train(PeftMethod method, boolean checkpointing) {
    try (AdaptedModel<Mamba> adapted = attach(method, TINY)) {
      TrainingLog log =
          new TrainingLoop(
                  adapted.model(), SETTINGS.checkpointing(checkpointing), KeyedRandom.of(6))
              .run(
                  "main",
                  Objective.nextToken(
                      adapted.model(), step -> RandomWeights.batch(TINY, 3, 70, step)),
                  4,
                  4,
                  (step, to) -> {});
      List<float[]> bits = new ArrayList<>();
      bits.add(toFloats(log));
      for (Parameter parameter : adapted.model().trained()) {
        bits.add(parameter.getArray().toFloatArray());
      }
      return bits;
    }
  }

  private static float[] toFloats(TrainingLog log) {
    float[] losses = new float[log.steps().size()];
    for (int i = 0; i < losses.length; i++) {
      losses[i] = (float) log.steps().get(i).loss();
    }
    return losses;
  }

  private static void assertSameBits(List<float[]> run, List<float[]> other) {
    assertThat(run).hasSameSizeAs(other);
    for (int i = 0; i < run.size(); i++) {
      assertThat(run.get(i)).containsExactly(other.get(i));
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void one_thread_and_two_give_the_same_bits(PeftMethod method) {
    Workers.use(1);
    List<float[]> one = train(method, false);
    Workers.use(2);
    assertSameBits(train(method, false), one);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void computing_blocks_anew_gives_the_bits_of_keeping_them(PeftMethod method) {
    assertSameBits(train(method, true), train(method, false));
  }

  /** In a JVM of its own: what the compiler inlines depends on what ran before. */
  private static long heapBytesOfAStep(int width, int length) throws Exception {
    ChildJvm.Run run = ChildJvm.run(ChildJvm.VECTORS, Map.of(), HeapRun.class, width, length);
    assertThat(run.code()).as(run.output()).isZero();
    return run.number("bytes");
  }

  /**
   * Measured: 0.35 MB at 64 tokens of any width, 0.52 to 0.58 MB at 512, for objects that stand for
   * tensors and rows.
   */
  @Test
  void
      what_a_step_allocates_on_the_java_heap_does_not_grow_with_the_width_and_little_with_the_length()
          throws Exception {
    long narrow = heapBytesOfAStep(64, 64);
    long wide = heapBytesOfAStep(384, 64);
    long longer = heapBytesOfAStep(64, 512);
    assertThat(wide).isLessThan(narrow + narrow / 2);
    assertThat(wide).isLessThan(1L << 20);
    // A row of one activation has 512 bytes: nothing of the kind is copied to the heap.
    assertThat((longer - narrow) / (512 - 64)).isLessThan(768);
  }
}
