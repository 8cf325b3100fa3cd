package dev.adder.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.adder.adapter.AdaptedModel;
import dev.adder.adapter.FullFineTuning;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.Safetensors;
import dev.adder.tensor.Tape;
import dev.adder.tensor.VectorSupport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Our Mamba against Hugging Face's, on a tiny random model; by the reference and the fused scan.
 */
class GoldenMambaTest {

  enum Route {
    REFERENCE(Tape::reference),
    FUSED(Tape::recording);

    private final Supplier<Tape> tape;

    Route(Supplier<Tape> tape) {
      this.tape = tape;
    }
  }

  private static final Path GOLDEN = Path.of("src/test/resources/golden/hf-mamba-tiny");

  private NDManager manager;
  private Mamba mamba;
  private NDArray ids;
  private NDArray expectedLogits;
  private int[] positions;
  private int[] labels;
  private float expectedLoss;

  @BeforeEach
  void load() throws IOException {
    manager = NDManager.newBaseManager("PyTorch");
    mamba = Checkpoint.load(GOLDEN, manager);
    try (Safetensors golden = Safetensors.open(GOLDEN.resolve("golden.safetensors"))) {
      ids = golden.read("input_ids", manager);
      expectedLogits = golden.read("logits", manager);
      expectedLoss = golden.read("loss", manager).toFloatArray()[0];
      shiftedLabels(golden.read("labels", manager));
    }
  }

  private void shiftedLabels(NDArray given) {
    long[] flat = given.toLongArray();
    int length = Math.toIntExact(given.getShape().get(1));
    List<Integer> where = new ArrayList<>();
    List<Integer> what = new ArrayList<>();
    for (int i = 0; i < flat.length; i++) {
      if (i % length != length - 1 && flat[i + 1] != -100) {
        where.add(i);
        what.add(Math.toIntExact(flat[i + 1]));
      }
    }
    positions = where.stream().mapToInt(Integer::intValue).toArray();
    labels = what.stream().mapToInt(Integer::intValue).toArray();
  }

  @AfterEach
  void free() {
    manager.close();
  }

  @ParameterizedTest
  @EnumSource
  void logits_are_those_of_hugging_face(Route route) {
    try (NDScope scope = new NDScope();
        Tape tape = route.tape.get()) {
      scope.suppressNotUsedWarning();
      NDArray logits = mamba.logits(tape, ids);
      // Vectors of 8 numbers sum in another order than those of 16: 1.12e-5.
      assertThat(largestDifference(logits, expectedLogits))
          .isLessThan(VectorSupport.lanes() < 16 ? 2e-5 : 1e-5);
    }
  }

  @ParameterizedTest
  @EnumSource
  void loss_and_every_gradient_are_those_of_hugging_face(Route route) throws IOException {
    List<WeightSpec> specs = MambaWeights.of(mamba.config());
    try (AdaptedModel<Mamba> full =
            AdaptedModel.attach(
                mamba,
                new FullFineTuning().attachments(specs, List.of()),
                manager,
                KeyedRandom.of(0));
        NDScope scope = new NDScope();
        Tape tape = route.tape.get();
        Safetensors gradients = Safetensors.open(GOLDEN.resolve("grads.safetensors"))) {
      scope.suppressNotUsedWarning();
      NDArray loss = full.model().loss(tape, ids, positions, labels);
      assertThat(Math.abs(loss.toFloatArray()[0] - expectedLoss)).isLessThan(1e-6f);
      tape.backward(loss);
      for (Weight weight : full.model().weights()) {
        String name = weight.spec().name();
        NDArray trained =
            weight.update(weight.spec().whole()).orElseThrow().parameters().get(0).getArray();
        NDArray ours = JniUtils.getGradient((PtNDArray) trained);
        NDArray theirs = gradients.read(name, manager);
        double relative = largestDifference(ours, theirs) / largest(theirs);
        assertThat(relative).as(name).isLessThan(1e-4);
      }
    }
  }

  @Test
  void reading_token_by_token_gives_the_logits_of_one_pass() {
    try (NDScope scope = new NDScope();
        Tape tape = Tape.inference();
        MambaState state = MambaState.empty(manager, mamba.config(), (int) ids.getShape().get(0))) {
      scope.suppressNotUsedWarning();
      NDArray all = mamba.logits(tape, ids);
      long length = ids.getShape().get(1);
      NDArray prefill = mamba.next(tape, ids.get(":, 0:7"), state);
      assertThat(largestDifference(prefill, all.get(":, 6"))).isLessThan(2e-5);
      for (long t = 7; t < length; t++) {
        NDArray next = mamba.next(tape, ids.get(":, " + t + ":" + (t + 1)), state);
        assertThat(largestDifference(next, all.get(":, " + t))).isLessThan(2e-5);
      }
    }
  }

  private static double largestDifference(NDArray a, NDArray b) {
    assertThat(a.getShape()).isEqualTo(b.getShape());
    return largest(a.sub(b));
  }

  private static double largest(NDArray x) {
    double largest = 0;
    for (float value : x.toFloatArray()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }
}
