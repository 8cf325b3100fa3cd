package dev.adder.paper.claims;

import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * The pseudo-inverse of a matrix, by its singular values: it solves square systems, takes the
 * smallest solution where there are many, and the closest where there is none.
 *
 * @param inverse P with A·P·A = A
 * @param condition largest over smallest singular value
 */
record Solution(RealMatrix inverse, double condition) {

  static Solution of(RealMatrix matrix) {
    SingularValueDecomposition svd = new SingularValueDecomposition(matrix);
    double[] values = svd.getSingularValues();
    return new Solution(svd.getSolver().getInverse(), values[0] / values[values.length - 1]);
  }

  /** The same, and the instance remembers how well conditioned it was. */
  static Solution of(RealMatrix matrix, Instance instance) {
    Solution solution = of(matrix);
    instance.solved(solution.condition());
    return solution;
  }

  RealMatrix solve(RealMatrix right) {
    return inverse.multiply(right);
  }
}
