package dev.adder.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.adder.adapter.AdaptedModel;
import dev.adder.adapter.FullFineTuning;
import dev.adder.adapter.Lora;
import dev.adder.adapter.PeftMethod;
import dev.adder.data.BatchSource;
import dev.adder.data.TokenBatch;
import dev.adder.model.Checkpoint;
import dev.adder.model.Mamba;
import dev.adder.model.MambaWeights;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.Safetensors;
import dev.adder.tensor.Tape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The optimizer and the loop against PyTorch's numbers, and against each other. */
class AdamWTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden/hf-mamba-tiny");

  private NDManager manager;
  private Mamba mamba;

  @BeforeEach
  void load() throws IOException {
    manager = NDManager.newBaseManager("PyTorch");
    mamba = Checkpoint.load(GOLDEN, manager);
  }

  @AfterEach
  void free() {
    manager.close();
  }

  private AdaptedModel<Mamba> attach(PeftMethod method) {
    return AdaptedModel.attach(
        mamba,
        method.attachments(MambaWeights.of(mamba.config()), List.of()),
        manager,
        KeyedRandom.of(1));
  }

  private TokenBatch golden() throws IOException {
    try (Safetensors file = Safetensors.open(GOLDEN.resolve("golden.safetensors"))) {
      NDArray ids = file.read("input_ids", manager);
      long[] labels = file.read("labels", manager).toLongArray();
      int length = Math.toIntExact(ids.getShape().get(1));
      int[] targets = new int[labels.length];
      Arrays.fill(targets, TokenBatch.IGNORED);
      for (int i = 0; i < labels.length; i++) {
        if (i % length != length - 1) {
          targets[i] = Math.toIntExact(labels[i + 1]);
        }
      }
      int[] inputs = Arrays.stream(ids.toLongArray()).mapToInt(Math::toIntExact).toArray();
      return new TokenBatch(inputs.length / length, length, inputs, targets);
    }
  }

  @Test
  void ten_steps_of_full_fine_tuning_give_the_losses_of_pytorch() throws IOException {
    TokenBatch batch = golden();
    float[] expected;
    try (Safetensors file = Safetensors.open(GOLDEN.resolve("golden.safetensors"))) {
      expected = file.read("adamw_losses", manager).toFloatArray();
    }
    try (AdaptedModel<Mamba> full = attach(new FullFineTuning())) {
      AdamW optimizer = new AdamW(full.model().trained(), 0.01);
      for (float loss : expected) {
        try (Tape tape = Tape.recording()) {
          NDArray ids =
              manager.create(
                  Arrays.stream(batch.inputIds()).asLongStream().toArray(),
                  new ai.djl.ndarray.types.Shape(batch.batch(), batch.length()));
          NDArray ours = full.model().loss(tape, ids, batch.labelPositions(), batch.labels());
          assertThat(ours.toFloatArray()[0]).isCloseTo(loss, within(2e-3f));
          tape.backward(ours);
        }
        optimizer.step(1e-2, Double.MAX_VALUE);
      }
    }
  }

  @Test
  void a_large_gradient_is_scaled_down_as_a_whole() {
    NDArray leaf = manager.create(new float[] {1, 1});
    JniUtils.attachGradient((PtNDArray) leaf, true);
    ai.djl.nn.Parameter parameter =
        ai.djl.nn.Parameter.builder().setName("p").setType(ai.djl.nn.Parameter.Type.OTHER).build();
    parameter.setArray(leaf);
    JniUtils.backward(
        (PtNDArray) leaf, (PtNDArray) manager.create(new float[] {30, 40}), false, false);
    AdamW optimizer = new AdamW(List.of(parameter), 0);
    assertThat(optimizer.step(0.1, 1)).isCloseTo(50, within(1e-9));
    // The first step of Adam has the size of the rate, whatever the gradient's scale.
    assertThat(leaf.toFloatArray()[0]).isCloseTo(0.9f, within(1e-5f));
  }

  @Test
  void a_gradient_that_is_not_finite_stops_the_run_and_names_the_tensor() {
    NDArray leaf = manager.create(new float[] {1});
    JniUtils.attachGradient((PtNDArray) leaf, true);
    ai.djl.nn.Parameter parameter =
        ai.djl.nn.Parameter.builder()
            .setName("layers.0.A_log")
            .setType(ai.djl.nn.Parameter.Type.OTHER)
            .build();
    parameter.setArray(leaf);
    JniUtils.backward(
        (PtNDArray) leaf, (PtNDArray) manager.create(new float[] {Float.NaN}), false, false);
    assertThatThrownBy(() -> new AdamW(List.of(parameter), 0).step(0.1, 1))
        .hasMessageContaining("layers.0.A_log")
        .hasMessageContaining("Lower the learning rate");
    assertThat(leaf.toFloatArray()).containsExactly(1f);
  }

  private static TokenBatch rows(TokenBatch batch, int from, int to) {
    int l = batch.length();
    return new TokenBatch(
        to - from,
        l,
        Arrays.copyOfRange(batch.inputIds(), from * l, to * l),
        Arrays.copyOfRange(batch.targets(), from * l, to * l));
  }

  private List<TrainingLog.Step> losses(int accumulation, BatchSource source) {
    Lora lora = new Lora(2, 2, 0, dev.adder.adapter.Targets.of("in_proj", "out_proj"));
    try (AdaptedModel<Mamba> adapted = attach(lora)) {
      TrainingSettings settings =
          TrainingSettings.PAPER.accumulation(accumulation).learningRate(1e-2).batchSize(1);
      return new TrainingLoop(adapted.model(), settings, KeyedRandom.of(2))
          .run("main", Objective.nextToken(adapted.model(), source), 5, 5, (step, log) -> {})
          .steps();
    }
  }

  @Test
  void accumulating_micro_batches_equals_one_large_batch() throws IOException {
    TokenBatch both = golden();
    assertThat(both.batch()).isEqualTo(2);
    List<TrainingLog.Step> large = losses(1, i -> both);
    List<TrainingLog.Step> small = losses(2, i -> rows(both, (int) (i % 2), (int) (i % 2) + 1));
    for (int i = 0; i < large.size(); i++) {
      assertThat(small.get(i).loss()).isCloseTo(large.get(i).loss(), within(1e-5));
    }
  }

  @Test
  void the_rate_falls_linearly_from_its_start_to_the_last_step() throws IOException {
    TokenBatch batch = golden();
    List<TrainingLog.Step> steps = losses(1, i -> batch);
    assertThat(steps).extracting(TrainingLog.Step::learningRate).first().isEqualTo(1e-2);
    assertThat(steps.get(4).learningRate()).isCloseTo(1e-2 / 5, within(1e-12));
    assertThat(steps.get(4).loss()).isLessThan(steps.get(0).loss());
  }

  @Test
  void an_interrupt_ends_training_between_two_steps_with_its_log() throws IOException {
    TokenBatch batch = golden();
    try (AdaptedModel<Mamba> adapted = attach(Lora.of(2, "in_proj"))) {
      TrainingLoop loop =
          new TrainingLoop(adapted.model(), TrainingSettings.PAPER, KeyedRandom.of(2));
      List<Integer> seen = new ArrayList<>();
      assertThatThrownBy(
              () ->
                  loop.run(
                      "main",
                      Objective.nextToken(adapted.model(), i -> batch),
                      100,
                      100,
                      (step, log) -> {
                        seen.add(step.step());
                        if (step.step() == 3) {
                          Thread.currentThread().interrupt();
                        }
                      }))
          .isInstanceOfSatisfying(
              TrainingInterruptedException.class,
              stopped -> assertThat(stopped.log().steps()).hasSize(3));
      assertThat(seen).containsExactly(1, 2, 3);
      assertThat(Thread.interrupted()).isFalse();
    }
  }

  @Test
  void a_call_after_a_whole_one_begins_at_the_first_step() throws IOException {
    TokenBatch batch = golden();
    try (AdaptedModel<Mamba> adapted = attach(Lora.of(2, "in_proj"));
        TrainingLoop loop =
            new TrainingLoop(adapted.model(), TrainingSettings.PAPER, KeyedRandom.of(2))) {
      List<Integer> seen = new ArrayList<>();
      for (int call = 0; call < 2; call++) {
        loop.run(
            "main",
            Objective.nextToken(adapted.model(), i -> batch),
            10,
            2,
            (step, log) -> seen.add(step.step()));
      }
      assertThat(seen).containsExactly(1, 2, 1, 2);
    }
  }

  @Test
  void settings_out_of_range_are_refused() {
    assertThatThrownBy(() -> TrainingSettings.PAPER.learningRate(0)).hasMessageContaining("1e-3");
    assertThatThrownBy(() -> TrainingSettings.PAPER.epochs(0)).hasMessageContaining("epochs is 0");
    assertThatThrownBy(() -> TrainingSettings.PAPER.weightDecay(-1)).hasMessageContaining("-1");
  }
}
