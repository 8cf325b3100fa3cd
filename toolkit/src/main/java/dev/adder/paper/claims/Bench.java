package dev.adder.paper.claims;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.Product;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Tape;
import java.util.Arrays;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.RealMatrix;

/** Where the toolkit's operators are carried out in float64: matrices in, matrices out. */
final class Bench implements AutoCloseable {

  private final NDManager manager = NDManager.newBaseManager();
  private final NDScope scope = new NDScope();
  private final Tape tape = Tape.inference();

  Bench() {
    scope.suppressNotUsedWarning();
  }

  NDManager manager() {
    return manager;
  }

  Tape tape() {
    return tape;
  }

  /** A matrix (rows, columns). */
  NDArray tensor(RealMatrix matrix) {
    return tensor(matrix, matrix.getRowDimension(), matrix.getColumnDimension());
  }

  /** A sequence of row vectors as a batch of one: (1, rows, columns). */
  NDArray sequence(RealMatrix matrix) {
    return tensor(matrix, 1, matrix.getRowDimension(), matrix.getColumnDimension());
  }

  private NDArray tensor(RealMatrix matrix, long... shape) {
    double[] values = new double[matrix.getRowDimension() * matrix.getColumnDimension()];
    for (int i = 0; i < matrix.getRowDimension(); i++) {
      System.arraycopy(
          matrix.getRow(i),
          0,
          values,
          i * matrix.getColumnDimension(),
          matrix.getColumnDimension());
    }
    return RawTensor.create(manager, values, new Shape(shape));
  }

  NDArray vector(double[] values) {
    return RawTensor.create(manager, values, new Shape(values.length));
  }

  NDArray vector(double value, int size) {
    double[] values = new double[size];
    Arrays.fill(values, value);
    return vector(values);
  }

  /** x·Wᵀ. */
  NDArray product(NDArray x, RealMatrix w) {
    return tape.apply(new Product(), x, tensor(w)).get(0);
  }

  /** The last two axes; the axes before them are of size 1. */
  static RealMatrix matrix(NDArray tensor) {
    Shape shape = tensor.getShape();
    int columns = Math.toIntExact(shape.get(shape.dimension() - 1));
    double[] values = RawTensor.of(tensor).toDoubleArray();
    double[][] rows = new double[values.length / columns][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(values, i * columns, (i + 1) * columns);
    }
    return new Array2DRowRealMatrix(rows, false);
  }

  @Override
  public void close() {
    tape.close();
    scope.close();
    manager.close();
  }
}
