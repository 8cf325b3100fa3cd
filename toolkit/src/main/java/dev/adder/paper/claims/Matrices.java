package dev.adder.paper.claims;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/** What the claims ask of real matrices; Hipparchus does the work. */
final class Matrices {

  /** Singular values below this share of the largest count as rounding. */
  private static final double NOTHING = 1e-9;

  private Matrices() {}

  static RealMatrix identity(int size) {
    return MatrixUtils.createRealIdentityMatrix(size);
  }

  static RealMatrix zeros(int rows, int columns) {
    return MatrixUtils.createRealMatrix(rows, columns);
  }

  /** A matrix of one number. */
  static RealMatrix constant(int rows, int columns, double value) {
    return map(zeros(rows, columns), v -> value);
  }

  static RealMatrix map(RealMatrix matrix, DoubleUnaryOperator function) {
    RealMatrix mapped = matrix.copy();
    for (int i = 0; i < mapped.getRowDimension(); i++) {
      for (int j = 0; j < mapped.getColumnDimension(); j++) {
        mapped.setEntry(i, j, function.applyAsDouble(mapped.getEntry(i, j)));
      }
    }
    return mapped;
  }

  /** Matrices of the same width below each other. */
  static RealMatrix stack(RealMatrix... parts) {
    int rows = Arrays.stream(parts).mapToInt(RealMatrix::getRowDimension).sum();
    RealMatrix stacked = zeros(rows, parts[0].getColumnDimension());
    int at = 0;
    for (RealMatrix part : parts) {
      stacked.setSubMatrix(part.getData(), at, 0);
      at += part.getRowDimension();
    }
    return stacked;
  }

  /** Some of the rows. */
  static RealMatrix rows(RealMatrix matrix, int from, int to) {
    return matrix.getSubMatrix(from, to - 1, 0, matrix.getColumnDimension() - 1);
  }

  /** Rows in another order, or some of them. */
  static RealMatrix rows(RealMatrix matrix, int[] chosen) {
    return matrix.getSubMatrix(chosen, range(0, matrix.getColumnDimension()));
  }

  /** Columns in another order, or some of them. */
  static RealMatrix columns(RealMatrix matrix, int[] chosen) {
    return matrix.getSubMatrix(range(0, matrix.getRowDimension()), chosen);
  }

  static int[] range(int from, int to) {
    int[] range = new int[to - from];
    Arrays.setAll(range, i -> from + i);
    return range;
  }

  /** The largest entry's size. */
  static double size(RealMatrix matrix) {
    double size = 0;
    for (double[] row : matrix.getData()) {
      for (double value : row) {
        // The comparison is turned so that a NaN stays.
        size = Math.abs(value) <= size ? size : Math.abs(value);
      }
    }
    return size;
  }

  /** The largest difference, as a share of the largest entry expected. */
  static double difference(RealMatrix found, RealMatrix expected) {
    double scale = size(expected);
    double difference = size(found.subtract(expected));
    return scale == 0 ? difference : difference / scale;
  }

  /** Number of singular values that are more than rounding. */
  static int rank(RealMatrix matrix) {
    double[] values = new SingularValueDecomposition(matrix).getSingularValues();
    return (int) Arrays.stream(values).filter(value -> value > NOTHING * values[0]).count();
  }

  /** How many ranks a matrix has beyond what it may have. */
  static double excess(RealMatrix matrix, int allowed) {
    return Math.max(0, rank(matrix) - allowed);
  }

  /** The closest matrix of a rank (Eckart–Young). */
  static RealMatrix truncated(RealMatrix matrix, int rank) {
    SingularValueDecomposition svd = new SingularValueDecomposition(matrix);
    double[] values = svd.getSingularValues();
    Arrays.fill(values, Math.min(rank, values.length), values.length, 0);
    return svd.getU().multiply(MatrixUtils.createRealDiagonalMatrix(values)).multiply(svd.getVT());
  }

  static RealMatrix diagonal(double[] values) {
    return MatrixUtils.createRealMatrix(MatrixUtils.createRealDiagonalMatrix(values).getData());
  }
}
