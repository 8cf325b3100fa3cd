package dev.adder.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Tape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The operators of updates against their plain references: outputs and all gradients. */
class AdapterOperatorTest {

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager("PyTorch");
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /**
   * An operator and the shapes of its inputs.
   *
   * @param frozen index of the input that these operators take as frozen; -1 if none
   */
  record Case(String name, int frozen, Supplier<FusedOperator> operator, long[]... shapes) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> operators() {
    List<Case> cases = new ArrayList<>();
    for (float rate : new float[] {0, 0.1f, 0.9f}) {
      for (int[] s :
          new int[][] {
            {1, 1, 1, 1, 1},
            {2, 3, 5, 7, 2},
            {1, 33, 40, 17, 8},
            {2, 70, 96, 130, 3},
            {2, 19, 520, 23, 3},
            {1, 0, 512, 6, 2}
          }) {
        cases.add(
            new Case(
                "low rank, dropout " + rate + ", in " + s[2] + ", out " + s[3],
                1,
                () -> new LowRankLinear(0.7f, rate, KeyedRandom.of(8)),
                new long[] {s[0], s[1], s[2]},
                new long[] {s[3], s[2]},
                new long[] {s[4], s[2]},
                new long[] {s[3], s[4]}));
      }
    }
    for (int[] places : new int[][] {{0}, {4, 1}, {10, 0, 5, 7}}) {
      cases.add(
          new Case(
              "sparse columns, " + places.length,
              1,
              () -> new SparseColumnsLinear(places),
              new long[] {2, 33, 11},
              new long[] {19, 11},
              new long[] {19, places.length}));
    }
    cases.add(
        new Case(
            "entry sum",
            -1,
            () -> new EntrySum(new int[] {34, 0, 17}),
            new long[] {7, 5},
            new long[] {3}));
    cases.add(
        new Case(
            "entry sum of none",
            -1,
            () -> new EntrySum(new int[0]),
            new long[] {2, 2},
            new long[] {0}));
    return cases.stream();
  }

  /** The outputs, and the gradients of Σ ⟨output, weights⟩. */
  private record Passes(float[] output, List<float[]> gradients) {}

  private NDArray normal(Object key, Shape shape) {
    float[] values = new float[Math.toIntExact(shape.size())];
    KeyedRandom.of(12).derive(key.toString()).fillNormal(values, 1);
    return RawTensor.create(manager, values, shape);
  }

  private Passes passes(Tape opened, Case test) {
    try (Tape tape = opened) {
      List<NDArray> leaves = new ArrayList<>();
      for (int i = 0; i < test.shapes().length; i++) {
        NDArray leaf = normal(test.name() + i, new Shape(test.shapes()[i]));
        if (i != test.frozen()) {
          JniUtils.attachGradient((PtNDArray) leaf, true);
        }
        leaves.add(leaf);
      }
      NDList outputs = tape.apply(test.operator().get(), leaves.toArray(new NDArray[0]));
      NDArray output = outputs.singletonOrThrow();
      float[] kept = JniUtils.detachGradient((PtNDArray) output).toFloatArray();
      NDArray weights = normal("weights", output.getShape());
      tape.backward(tape.plain(y -> y.get(0).mul(weights).sum(), output));
      List<float[]> gradients = new ArrayList<>();
      for (NDArray leaf : leaves) {
        NDArray gradient = leaf.hasGradient() ? JniUtils.getGradient((PtNDArray) leaf) : null;
        gradients.add((gradient == null ? leaf.zerosLike() : gradient).toFloatArray());
      }
      return new Passes(kept, gradients);
    }
  }

  @ParameterizedTest
  @MethodSource("operators")
  void fused_and_reference_agree(Case test) {
    Passes ours = passes(Tape.recording(), test);
    Passes theirs = passes(Tape.reference(), test);
    assertClose("output", ours.output(), theirs.output());
    for (int i = 0; i < ours.gradients().size(); i++) {
      assertClose("gradient " + i, ours.gradients().get(i), theirs.gradients().get(i));
    }
  }

  private static void assertClose(String what, float[] ours, float[] theirs) {
    assertThat(ours).as(what).hasSameSizeAs(theirs);
    double scale = 1;
    for (float value : theirs) {
      scale = Math.max(scale, Math.abs(value));
    }
    for (int i = 0; i < ours.length; i++) {
      assertThat(Math.abs(ours[i] - theirs[i]) / scale).as("%s[%d]", what, i).isLessThan(1e-5);
    }
  }
}
