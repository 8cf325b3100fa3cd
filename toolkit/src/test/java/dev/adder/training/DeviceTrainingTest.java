package dev.adder.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import dev.adder.adapter.AdaptedModel;
import dev.adder.adapter.BitFit;
import dev.adder.adapter.DimensionSelection;
import dev.adder.adapter.FullFineTuning;
import dev.adder.adapter.Lora;
import dev.adder.adapter.PeftMethod;
import dev.adder.adapter.SdLora;
import dev.adder.adapter.Share;
import dev.adder.adapter.Targets;
import dev.adder.evaluation.Classifier;
import dev.adder.model.Checkpoint;
import dev.adder.model.Mamba;
import dev.adder.model.MambaConfig;
import dev.adder.model.MambaWeights;
import dev.adder.model.Placement;
import dev.adder.model.Sequences;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.cuda.NativeTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole training steps on a device, in float32 and bf16, against the same on the CPU. */
abstract class DeviceTrainingTest {

  private static final MambaConfig TINY = MambaConfig.of(60, 32, 2);
  private static final int STEPS = 2;

  /** While it is open, a model of tensors at {@link #where} is trained on the device. */
  abstract AutoCloseable device() throws Exception;

  /** Where the device's tensors lie. */
  abstract Device where();

  static Stream<PeftMethod> methods() {
    return Stream.of(
        new Lora(2, 8, 0, Targets.of("in_proj", "x_proj.B", "dt_proj", "out_proj")),
        new Lora(4, 4, 0.2, Targets.of("out_proj")),
        new SdLora(
            new Lora(4, 4, 0, Targets.of("out_proj")),
            Share.count(3),
            Share.count(2),
            OptionalInt.of(2)),
        new BitFit(),
        new FullFineTuning());
  }

  private static List<DimensionSelection> selections(PeftMethod method) {
    if (method.warmUp().isEmpty()) {
      return List.of();
    }
    List<DimensionSelection> selections = new ArrayList<>();
    for (int layer = 0; layer < TINY.layers(); layer++) {
      selections.add(
          new DimensionSelection(
              layer,
              List.of(3, 17, 60),
              List.of(List.of(0, 9), List.of(4, 15), List.of(1, 2)),
              new float[0][0]));
    }
    return selections;
  }

  /** Losses, and the change of every trained number from where it started. */
  private record Trained(List<Double> losses, Map<String, float[]> changes) {}

  private static Mamba model(NDManager manager, boolean bf16) {
    Map<String, NDArray> tensors = new HashMap<>(RandomWeights.of(TINY, manager));
    if (bf16) {
      MambaWeights.of(TINY)
          .forEach(
              spec -> {
                switch (spec.kind()) {
                  case PROJECTION, EMBEDDING ->
                      tensors.compute(spec.name(), (name, t) -> NativeTensor.toBf16(t));
                  default -> {}
                }
              });
    }
    return new Mamba(TINY, tensors);
  }

  private static AdaptedModel<Mamba> attach(PeftMethod method, NDManager manager, boolean bf16) {
    return AdaptedModel.attach(
        model(manager, bf16),
        method.attachments(MambaWeights.of(TINY), selections(method)),
        manager,
        KeyedRandom.of(5));
  }

  private static Trained train(
      PeftMethod method, Device device, boolean bf16, boolean checkpointing) {
    try (NDManager manager = NDManager.newBaseManager(device, "PyTorch");
        AdaptedModel<Mamba> adapted = attach(method, manager, bf16)) {
      Map<String, float[]> before = values(adapted.model());
      TrainingSettings settings =
          TrainingSettings.PAPER.learningRate(1e-3).checkpointing(checkpointing);
      try (TrainingLoop loop = new TrainingLoop(adapted.model(), settings, KeyedRandom.of(6))) {
        TrainingLog log =
            loop.run(
                "main",
                Objective.nextToken(
                    adapted.model(), step -> RandomWeights.batch(TINY, 2, 13, step)),
                STEPS,
                STEPS,
                (step, to) -> {});
        Map<String, float[]> changes = values(adapted.model());
        changes.forEach(
            (name, after) -> {
              for (int i = 0; i < after.length; i++) {
                after[i] -= before.get(name)[i];
              }
            });
        return new Trained(log.steps().stream().map(TrainingLog.Step::loss).toList(), changes);
      }
    }
  }

  private static Map<String, float[]> values(Mamba model) {
    return model.trained().stream()
        .collect(
            Collectors.toMap(
                Parameter::getName,
                parameter -> parameter.getArray().toDevice(Device.cpu(), false).toFloatArray()));
  }

  /** How far apart two changes are, as a share of their size: 2-norms. */
  private static double apart(Trained got, Trained expected) {
    double difference = 0;
    double size = 0;
    for (Map.Entry<String, float[]> one : expected.changes().entrySet()) {
      float[] other = got.changes().get(one.getKey());
      for (int i = 0; i < other.length; i++) {
        difference += Math.pow((double) other[i] - one.getValue()[i], 2);
        size += Math.pow(one.getValue()[i], 2);
      }
    }
    return Math.sqrt(difference / size);
  }

  private Trained onDevice(PeftMethod method, boolean bf16, boolean checkpointing)
      throws Exception {
    try (AutoCloseable open = device()) {
      return train(method, where(), bf16, checkpointing);
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void training_in_float32_is_that_of_the_cpu(PeftMethod method) throws Exception {
    Trained expected = train(method, Device.cpu(), false, false);
    Trained got = onDevice(method, false, false);
    for (int i = 0; i < STEPS; i++) {
      assertThat(got.losses().get(i)).isCloseTo(expected.losses().get(i), within(1e-4));
    }
    assertThat(apart(got, expected)).isLessThan(0.02);
  }

  /**
   * Adam moves every number by its rate whatever its gradient: small ones may change their sign.
   */
  @ParameterizedTest
  @MethodSource("methods")
  void training_in_bf16_goes_where_float32_goes(PeftMethod method) throws Exception {
    Trained expected = train(method, Device.cpu(), false, false);
    Trained got = onDevice(method, true, false);
    for (int i = 0; i < STEPS; i++) {
      assertThat(got.losses().get(i)).isCloseTo(expected.losses().get(i), within(0.02));
    }
    assertThat(apart(got, expected)).isLessThan(0.5);
  }

  private static org.assertj.core.data.Offset<Double> within(double offset) {
    return org.assertj.core.data.Offset.offset(offset);
  }

  @Test
  void computing_blocks_anew_gives_the_bits_of_keeping_them() throws Exception {
    PeftMethod method = new Lora(3, 3, 0.1, Targets.of("in_proj", "out_proj"));
    Trained kept = onDevice(method, true, false);
    Trained anew = onDevice(method, true, true);
    assertThat(anew.losses()).isEqualTo(kept.losses());
    kept.changes().forEach((name, c) -> assertThat(anew.changes().get(name)).containsExactly(c));
  }

  @Test
  void answers_and_texts_come_from_a_bf16_model() throws Exception {
    try (AutoCloseable open = device();
        NDManager manager = NDManager.newBaseManager(where(), "PyTorch")) {
      Mamba mamba = model(manager, true);
      int[] answers = Classifier.answers(mamba, RandomWeights.batch(TINY, 2, 9, 0));
      assertThat(answers).hasSize(18);
      assertThat(Arrays.stream(answers).boxed()).allMatch(t -> t >= 0 && t < TINY.vocabSize());
      try (Sequences sequences = Sequences.of(mamba)) {
        sequences.start(List.of(new int[] {1, 2, 3}, new int[] {4}));
        sequences.advance(new int[] {5, 6});
        float[] step = sequences.logits(0).clone();
        sequences.start(List.of(new int[] {1, 2, 3, 5}));
        float[] whole = sequences.logits(0);
        double largest = 0;
        for (int i = 0; i < step.length; i++) {
          largest = Math.max(largest, Math.abs(step[i] - whole[i]));
        }
        assertThat(largest).isLessThan(0.02);
      }
    }
  }

  @Test
  void a_bf16_model_is_saved_in_float32_and_loaded_in_bf16_with_the_same_bits(@TempDir Path folder)
      throws Exception {
    try (AutoCloseable open = device();
        NDManager manager = NDManager.newBaseManager(where(), "PyTorch");
        AdaptedModel<Mamba> adapted =
            attach(new Lora(3, 8, 0, Targets.of("in_proj.x")), manager, true)) {
      Checkpoint.save(adapted.model(), folder);
      Placement placement = new Placement(where(), Placement.Precision.BF16);
      Mamba loaded = Checkpoint.load(folder, manager, placement);
      loaded
          .weights()
          .forEach(
              weight -> {
                NDArray before = adapted.model().weight(weight.spec().name()).frozen();
                boolean matrix =
                    switch (weight.spec().kind()) {
                      case PROJECTION, EMBEDDING -> true;
                      default -> false;
                    };
                assertThat(NativeTensor.isBf16(weight.frozen())).isEqualTo(matrix);
                assertThat(NativeTensor.toFloat(weight.frozen()).toFloatArray())
                    .containsExactly(NativeTensor.toFloat(before).toFloatArray());
              });
    }
  }
}
