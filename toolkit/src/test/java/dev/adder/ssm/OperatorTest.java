package dev.adder.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.Product;
import dev.adder.tensor.RowLookup;
import dev.adder.tensor.Scaling;
import dev.adder.tensor.Split;
import dev.adder.tensor.Sum;
import dev.adder.tensor.Tape;
import dev.adder.tensor.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every fused operator against its plain reference: outputs and all gradients, and by differences.
 */
class OperatorTest {

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
   * @param negative index of an input that must be negative; -1 if none
   * @param deviation of the inputs
   */
  record Case(
      String name,
      Supplier<FusedOperator> operator,
      int negative,
      float deviation,
      long[]... shapes) {

    Case(String name, Supplier<FusedOperator> operator, int negative, long[]... shapes) {
      this(name, operator, negative, 1, shapes);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> operators() {
    List<Case> cases = new ArrayList<>();
    for (int[] s :
        new int[][] {
          {1, 1, 1, 1},
          {2, 5, 3, 2},
          {1, 31, 17, 4},
          {1, 32, 16, 16},
          {2, 33, 20, 3},
          {1, 65, 33, 5}
        }) {
      long b = s[0];
      long l = s[1];
      long d = s[2];
      long n = s[3];
      long[] wide = {b, l, d};
      long[] selective = {b, l, n};
      String size = " " + Arrays.toString(s);
      cases.add(
          new Case(
              "scan" + size,
              SelectiveScan::new,
              3,
              wide,
              wide,
              new long[] {d},
              new long[] {d, n},
              selective,
              selective,
              new long[] {d},
              wide));
      cases.add(
          new Case(
              "scan from a state" + size,
              SelectiveScan::new,
              3,
              wide,
              wide,
              new long[] {d},
              new long[] {d, n},
              selective,
              selective,
              new long[] {d},
              wide,
              new long[] {b, d, n}));
      cases.add(
          new Case(
              "convolution" + size,
              CausalConvolution::new,
              -1,
              wide,
              new long[] {d, 1, 4},
              new long[] {d}));
      cases.add(
          new Case(
              "convolution behind a window" + size,
              CausalConvolution::new,
              -1,
              wide,
              new long[] {d, 1, 4},
              new long[] {d},
              new long[] {b, 3, d}));
      cases.add(new Case("norm" + size, () -> new RmsNorm(1e-5), -1, wide, new long[] {d}));
      cases.add(
          new Case("sum and norm" + size, () -> new RmsNorm(1e-5), -1, wide, wide, new long[] {d}));
      cases.add(new Case("minus exp" + size, NegativeExp::new, -1, new long[] {d, n}));
      cases.add(
          new Case("product" + size, Product::new, -1, wide, new long[] {n, d}, new long[] {n}));
      cases.add(new Case("sum" + size, Sum::new, -1, wide, wide));
      cases.add(new Case("scaling" + size, () -> new Scaling(0.3f), -1, wide));
      cases.addAll(S4Cases.of(b, l, d, n));
    }
    cases.addAll(S4Cases.of(3, 1, 18, 1));
    cases.add(
        new Case(
            "cross-entropy",
            () -> new CrossEntropy(new int[] {0, 6, 3}, true),
            -1,
            new long[] {3, 5},
            new long[] {7, 5}));
    cases.add(
        new Case(
            "cross-entropy in chunks",
            () -> new CrossEntropy(new KeyedLabels(150, 70_000).labels(), true),
            -1,
            new long[] {150, 3},
            new long[] {70_000, 3}));
    cases.add(new Case("lookup", () -> new RowLookup(new long[] {2, 0, 2}), -1, new long[] {4, 3}));
    cases.add(new Case("split", () -> new Split(2, 3), -1, new long[] {2, 2, 5}));
    return cases.stream();
  }

  private NDList inputs(Case test, DataType type) {
    NDList inputs = new NDList();
    for (int i = 0; i < test.shapes().length; i++) {
      Shape shape = new Shape(test.shapes()[i]);
      float[] values = new float[Math.toIntExact(shape.size())];
      KeyedRandom.of(3).derive(test.name()).derive(i).fillNormal(values, test.deviation());
      NDArray input = manager.create(values, shape);
      input = i == test.negative() ? input.exp().neg() : input;
      inputs.add(input.toType(type, true));
    }
    return inputs;
  }

  /** Labels spread over the classes. */
  private record KeyedLabels(int rows, int classes) {
    int[] labels() {
      int[] labels = new int[rows];
      for (int i = 0; i < rows; i++) {
        labels[i] = KeyedRandom.of(5).below(i, classes);
      }
      return labels;
    }
  }

  /** The outputs, and the gradients of Σ ⟨output, weights⟩. */
  private record Passes(NDList outputs, NDList gradients) {}

  private Passes passes(Tape opened, FusedOperator operator, NDList inputs) {
    try (Tape tape = opened) {
      NDList leaves = new NDList();
      for (NDArray input : inputs) {
        NDArray leaf = input.duplicate();
        JniUtils.attachGradient((PtNDArray) leaf, true);
        leaves.add(leaf);
      }
      NDList outputs = tape.apply(operator, leaves.toArray(new NDArray[0]));
      NDList kept = new NDList();
      outputs.forEach(output -> kept.add(JniUtils.detachGradient((PtNDArray) output).duplicate()));
      NDList weights = weights(outputs);
      NDArray sum =
          tape.plain(
              all -> {
                NDArray total = all.get(0).mul(weights.get(0)).sum();
                for (int i = 1; i < all.size(); i++) {
                  total = total.add(all.get(i).mul(weights.get(i)).sum());
                }
                return total;
              },
              outputs.toArray(new NDArray[0]));
      tape.backward(sum);
      NDList gradients = new NDList();
      for (NDArray leaf : leaves) {
        NDArray gradient = JniUtils.getGradient((PtNDArray) leaf);
        gradients.add(gradient == null ? leaf.zerosLike() : gradient);
      }
      return new Passes(kept, gradients);
    }
  }

  private NDList weights(NDList outputs) {
    NDList weights = new NDList();
    for (int i = 0; i < outputs.size(); i++) {
      float[] values = new float[Math.toIntExact(outputs.get(i).size())];
      KeyedRandom.of(4).derive(i).fillNormal(values, 1);
      weights.add(
          manager
              .create(values, outputs.get(i).getShape())
              .toType(outputs.get(i).getDataType(), true));
    }
    return weights;
  }

  private void agree(Case test, DataType type, double tolerance) {
    NDList inputs = inputs(test, type);
    Passes ours = passes(Tape.recording(), test.operator().get(), inputs);
    Passes theirs = passes(Tape.reference(), test.operator().get(), inputs);
    assertThat(ours.outputs()).hasSameSizeAs(theirs.outputs());
    for (int i = 0; i < ours.outputs().size(); i++) {
      assertClose("output " + i, ours.outputs().get(i), theirs.outputs().get(i), tolerance);
    }
    for (int i = 0; i < inputs.size(); i++) {
      assertClose("gradient " + i, ours.gradients().get(i), theirs.gradients().get(i), tolerance);
    }
  }

  private static void assertClose(String what, NDArray ours, NDArray theirs, double tolerance) {
    assertThat(ours.getShape()).as(what).isEqualTo(theirs.getShape());
    double[] a = ours.toType(DataType.FLOAT64, true).toDoubleArray();
    double[] b = theirs.toType(DataType.FLOAT64, true).toDoubleArray();
    double scale = Arrays.stream(b).map(Math::abs).max().orElse(0) + 1;
    for (int i = 0; i < a.length; i++) {
      assertThat(Math.abs(a[i] - b[i]) / scale).as("%s[%d]", what, i).isLessThan(tolerance);
    }
  }

  @ParameterizedTest
  @MethodSource("operators")
  void fused_and_reference_agree_in_float32(Case test) {
    agree(test, DataType.FLOAT32, 1e-5);
  }

  @ParameterizedTest
  @MethodSource("operators")
  void fused_and_reference_agree_in_float64(Case test) {
    agree(test, DataType.FLOAT64, 1e-12);
  }

  @ParameterizedTest
  @MethodSource("operators")
  void gradients_are_differences(Case test) {
    NDList inputs = inputs(test, DataType.FLOAT64);
    Passes passes = passes(Tape.recording(), test.operator().get(), inputs);
    NDList weights = weights(passes.outputs());
    NDList gradients = passes.gradients();
    for (int i = 0; i < inputs.size(); i++) {
      double[] gradient = gradients.get(i).toDoubleArray();
      int at = gradient.length / 2;
      double step = 1e-6;
      double up = objective(test, inputs, weights, i, at, step);
      double down = objective(test, inputs, weights, i, at, -step);
      double difference = (up - down) / (2 * step);
      assertThat(Math.abs(difference - gradient[at]) / (1 + Math.abs(difference)))
          .as("input %d", i)
          .isLessThan(1e-6);
    }
  }

  private double objective(
      Case test, NDList inputs, NDList weights, int input, int at, double step) {
    NDList moved = new NDList(inputs);
    double[] values = inputs.get(input).toDoubleArray();
    values[at] += step;
    moved.set(input, manager.create(values, inputs.get(input).getShape()));
    NDList outputs;
    try (Tape tape = Tape.inference()) {
      outputs = tape.apply(test.operator().get(), moved.toArray(new NDArray[0]));
    }
    double sum = 0;
    for (int i = 0; i < outputs.size(); i++) {
      double[] y = outputs.get(i).toDoubleArray();
      double[] w = weights.get(i).toDoubleArray();
      for (int j = 0; j < y.length; j++) {
        sum += y[j] * w[j];
      }
    }
    return sum;
  }

  @Test
  void the_bits_of_a_scan_do_not_depend_on_the_number_of_threads() {
    Case wide =
        new Case(
            "wide",
            SelectiveScan::new,
            3,
            new long[] {2, 40, 900},
            new long[] {2, 40, 900},
            new long[] {900},
            new long[] {900, 4},
            new long[] {2, 40, 4},
            new long[] {2, 40, 4},
            new long[] {900},
            new long[] {2, 40, 900});
    NDList inputs = inputs(wide, DataType.FLOAT32);
    int before = Workers.threads();
    List<List<float[]>> runs = new ArrayList<>();
    try {
      // The more threads, the fewer groups of blocks in a task: four, two, one; and one once more.
      for (int threads : new int[] {1, 2, 3, 8, 8}) {
        Workers.use(threads);
        Passes passes = passes(Tape.recording(), new SelectiveScan(), inputs);
        List<float[]> results = new ArrayList<>();
        passes.outputs().forEach(y -> results.add(y.toFloatArray()));
        passes.gradients().forEach(gradient -> results.add(gradient.toFloatArray()));
        runs.add(results);
      }
    } finally {
      Workers.use(before);
    }
    List<float[]> expected = runs.get(0);
    for (List<float[]> results : runs) {
      assertThat(results).hasSameSizeAs(expected);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(results.get(i)).containsExactly(expected.get(i));
      }
    }
  }

  /** The engine kept a number of its graph in memory that the collector had given away. */
  @Test
  void a_garbage_collection_before_the_way_back_changes_no_gradient() {
    NDArray leaf = manager.ones(new Shape(1));
    JniUtils.attachGradient((PtNDArray) leaf, true);
    try (Tape tape = Tape.recording()) {
      List<NDArray> losses = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        losses.add(tape.plain(x -> Scaling.times(x.get(0), 0.25f), leaf));
      }
      System.gc();
      for (int i = 0; i < 2_000; i++) {
        java.nio.ByteBuffer.allocateDirect(4).putFloat(0, 1e30f);
      }
      NDArray sum = losses.get(0);
      for (NDArray loss : losses.subList(1, losses.size())) {
        sum = tape.apply(new Sum(), sum, loss).get(0);
      }
      tape.backward(sum);
      assertThat(JniUtils.getGradient((PtNDArray) leaf).toFloatArray()).containsExactly(50f);
    }
  }

  @Test
  void minus_exp_adds_to_the_gradient_that_is_there() {
    NDArray leaf = manager.arange(-3f, 4f, 0.33f);
    JniUtils.attachGradient((PtNDArray) leaf, true);
    float[] expected = leaf.exp().mul(-2).toFloatArray();
    for (int pass = 0; pass < 2; pass++) {
      try (Tape tape = Tape.recording()) {
        NDArray a = tape.apply(new NegativeExp(), leaf).get(0);
        tape.backward(tape.plain(x -> x.get(0).sum(), a));
      }
    }
    float[] gradient = JniUtils.getGradient((PtNDArray) leaf).toFloatArray();
    for (int i = 0; i < expected.length; i++) {
      assertThat(gradient[i] / expected[i]).as("place %d", i).isCloseTo(1f, within(1e-6f));
    }
  }

  @Test
  void an_empty_sequence_leaves_the_state_as_it_was() {
    NDArray state = manager.ones(new Shape(1, 3, 2));
    NDArray none = manager.create(new Shape(1, 0, 3));
    NDArray selective = manager.create(new Shape(1, 0, 2));
    NDList inputs =
        new NDList(
            none,
            none,
            manager.zeros(new Shape(3)),
            manager.ones(new Shape(3, 2)).neg(),
            selective,
            selective,
            manager.ones(new Shape(3)),
            none,
            state);
    NDList outputs = new SelectiveScan().forward(inputs, false);
    assertThat(outputs.get(0).getShape()).isEqualTo(new Shape(1, 0, 3));
    assertThat(outputs.get(1).toFloatArray()).containsOnly(1f);
  }

  @Test
  void a_wrong_shape_is_named_with_the_expected_one() {
    NDArray wide = manager.ones(new Shape(1, 4, 3));
    NDArray selective = manager.ones(new Shape(1, 4, 2));
    NDList inputs =
        new NDList(
            wide,
            wide,
            manager.zeros(new Shape(3)),
            manager.ones(new Shape(3, 2)),
            selective,
            manager.ones(new Shape(1, 4, 5)),
            manager.ones(new Shape(3)),
            wide);
    assertThatThrownBy(() -> new SelectiveScan().forward(inputs, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("C of shape (1, 4, 5)")
        .hasMessageContaining("(1, 4, 2)");
  }

  @Test
  void no_labels_is_refused() {
    assertThatThrownBy(() -> new CrossEntropy(new int[0], false))
        .hasMessageContaining("at least one");
  }
}
