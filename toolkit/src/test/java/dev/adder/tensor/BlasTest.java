package dev.adder.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.Blas.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine's product against plain loops, in every form that operators ask for. */
class BlasTest {

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager("PyTorch");
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /** One product of (m, k) and (k, n). */
  record Form(
      DataType type,
      int m,
      int k,
      int n,
      boolean leftTransposed,
      boolean rightTransposed,
      double alpha,
      double beta) {}

  static Stream<Form> forms() {
    List<Form> forms = new ArrayList<>();
    int[][] sizes = {
      {1, 1, 1},
      {3, 5, 7},
      {17, 33, 9},
      {64, 1, 31},
      {1, 129, 65},
      {301, 37, 90},
      {90, 37, 301},
      {270, 75, 400}
    };
    for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT64)) {
      for (int[] size : sizes) {
        for (int transposed = 0; transposed < 4; transposed++) {
          for (double beta : new double[] {0, 1, -0.5}) {
            forms.add(
                new Form(
                    type,
                    size[0],
                    size[1],
                    size[2],
                    transposed % 2 == 1,
                    transposed > 1,
                    beta == 1 ? 1 : 0.75,
                    beta));
          }
        }
      }
    }
    return forms.stream();
  }

  @ParameterizedTest
  @MethodSource("forms")
  void a_product_is_what_plain_loops_give(Form form) {
    Matrix a = matrix("a", form.type(), form.m(), form.k(), form.leftTransposed());
    Matrix b = matrix("b", form.type(), form.k(), form.n(), form.rightTransposed());
    NDArray ours = normal("c", form.type(), form.m(), form.n());
    NDArray plain = ours.duplicate();
    Blas.multiply(form.alpha(), a, b, form.beta(), Product.matrix(ours));
    Blas.plainly(form.alpha(), a, b, form.beta(), Product.matrix(plain));
    assertSame(ours, plain, form.k());
  }

  @ParameterizedTest
  @MethodSource("forms")
  void ranges_of_rows_and_columns_are_read_and_written_and_nothing_beside_them(Form form) {
    Matrix a =
        matrix("a", form.type(), form.m() + 3, form.k() + 4, form.leftTransposed())
            .rows(2, form.m())
            .columns(3, form.k());
    Matrix b =
        matrix("b", form.type(), form.k() + 2, form.n() + 5, form.rightTransposed())
            .columns(1, form.n())
            .rows(2, form.k());
    NDArray ours = normal("c", form.type(), form.m() + 4, form.n() + 3);
    NDArray plain = ours.duplicate();
    Blas.multiply(form.alpha(), a, b, form.beta(), range(ours, form));
    Blas.plainly(form.alpha(), a, b, form.beta(), range(plain, form));
    assertSame(ours, plain, form.k());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 130})
  void a_result_may_be_stored_by_columns(int columns) {
    Matrix a = matrix("a", DataType.FLOAT32, 33, 129, false);
    Matrix b = matrix("b", DataType.FLOAT32, 129, columns, true);
    NDArray ours = normal("c", DataType.FLOAT32, columns, 33);
    NDArray plain = ours.duplicate();
    Blas.multiply(0.5, a, b, 1, Product.matrix(ours).transpose());
    Blas.plainly(0.5, a, b, 1, Product.matrix(plain).transpose());
    assertSame(ours, plain, 129);
  }

  private static Matrix range(NDArray c, Form form) {
    return Product.matrix(c).rows(1, form.m()).columns(2, form.n());
  }

  private Matrix matrix(String key, DataType type, int rows, int columns, boolean transposed) {
    return transposed
        ? Product.matrix(normal(key, type, columns, rows)).transpose()
        : Product.matrix(normal(key, type, rows, columns));
  }

  private NDArray normal(String key, DataType type, int rows, int columns) {
    float[] values = new float[rows * columns];
    KeyedRandom.of(11).derive(key).fillNormal(values, 1);
    return RawTensor.create(manager, values, new Shape(rows, columns)).toType(type, true);
  }

  private static void assertSame(NDArray ours, NDArray plain, int inner) {
    boolean wide = ours.getDataType() == DataType.FLOAT64;
    double tolerance = (wide ? 1e-14 : 1e-6) * (4 + inner);
    double[] a = RawTensor.of(ours).toDoubleArray();
    double[] b = RawTensor.of(plain).toDoubleArray();
    for (int i = 0; i < a.length; i++) {
      assertThat(Math.abs(a[i] - b[i])).as("number %d", i).isLessThan(tolerance);
    }
  }

  @Test
  void a_product_over_nothing_is_zero_or_leaves_what_stands_there() {
    Matrix a = Matrix.of(RawTensor.of(manager.create(new Shape(2, 1))), 1).columns(0, 0);
    Matrix b = Matrix.of(RawTensor.of(manager.create(new Shape(1, 3))), 3).rows(0, 0);
    NDArray c = manager.ones(new Shape(2, 3));
    Blas.multiply(1, a, b, 1, Product.matrix(c));
    assertThat(RawTensor.of(c).toFloatArray()).containsOnly(1f);
    Blas.multiply(1, a, b, 0, Product.matrix(c));
    assertThat(RawTensor.of(c).toFloatArray()).containsOnly(0f);
  }

  @Test
  void a_product_into_no_rows_does_nothing() {
    Matrix none = Matrix.of(RawTensor.of(manager.create(new Shape(0, 4))), 4);
    Matrix b = Matrix.of(RawTensor.of(manager.ones(new Shape(4, 3))), 3);
    Blas.multiply(1, none, b, 0, Matrix.of(RawTensor.of(manager.create(new Shape(0, 3))), 3));
  }

  @Test
  void with_beta_0_even_a_nan_that_stood_there_is_overwritten() {
    NDArray c = RawTensor.create(manager, new float[] {Float.NaN}, new Shape(1, 1));
    Matrix one = Product.matrix(manager.ones(new Shape(1, 1)));
    Blas.multiply(2, one, one, 0, Product.matrix(c));
    assertThat(RawTensor.of(c).toFloatArray()).containsExactly(2f);
  }

  @Test
  void shapes_that_do_not_fit_are_named() {
    Matrix a = Product.matrix(manager.ones(new Shape(2, 3)));
    Matrix b = Product.matrix(manager.ones(new Shape(4, 5)));
    Matrix c = Product.matrix(manager.ones(new Shape(2, 5)));
    assertThatThrownBy(() -> Blas.multiply(1, a, b, 0, c))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A product of (2, 3) and (4, 5) does not fit into (2, 5).");
    assertThatThrownBy(
            () -> Product.product(manager.ones(new Shape(1, 2, 3)), manager.ones(new Shape(5, 4))))
        .hasMessageContaining("(1, 2, 3)")
        .hasMessageContaining("(5, 4)");
  }
}
