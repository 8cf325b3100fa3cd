package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.Product;
import dev.adder.tensor.RawTensor;

/** The 2-norm of every row of a matrix, which DoRA divides by. */
final class RowMagnitudes {

  private RowMagnitudes() {}

  /** ‖w_i‖ of W (out, in). */
  static double[] of(NDArray w) {
    double[] squares = sums(w, w);
    double[] norms = new double[squares.length];
    for (int i = 0; i < norms.length; i++) {
      norms[i] = Math.sqrt(squares[i]);
    }
    return norms;
  }

  /**
   * ‖w_i + s b_i A‖, from w_i² + 2 s b_i·(A w_i) + s² b_i·(A Aᵀ b_i): W + s·B·A is never made.
   *
   * @param w (out, in)
   * @param b (out, r)
   * @param a (r, in)
   */
  static double[] of(NDArray w, NDArray b, NDArray a, float s) {
    double[] base = sums(w, w);
    double[] cross;
    double[] square;
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      cross = sums(b, Product.product(w, a));
      NDArray gram = Product.product(a, a);
      square = sums(b, Product.product(b, gram));
    }
    double[] norms = new double[base.length];
    for (int i = 0; i < norms.length; i++) {
      double sum = base[i] + 2 * s * cross[i] + (double) s * s * square[i];
      norms[i] = Math.sqrt(Math.max(0, sum));
    }
    return norms;
  }

  /** Norms as a tensor beside another. */
  static NDArray tensor(double[] norms, NDArray beside) {
    return RawTensor.create(beside.getManager(), norms, new Shape(norms.length))
        .toType(beside.getDataType(), false);
  }

  /** Σ_j a_ij b_ij by row. */
  private static double[] sums(NDArray a, NDArray b) {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      return a.mul(b).sum(new int[] {1}).toType(DataType.FLOAT64, false).toDoubleArray();
    }
  }
}
