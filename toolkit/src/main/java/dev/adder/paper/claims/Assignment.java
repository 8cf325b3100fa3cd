package dev.adder.paper.claims;

import java.util.ArrayList;
import java.util.List;
import org.hipparchus.optim.PointValuePair;
import org.hipparchus.optim.linear.LinearConstraint;
import org.hipparchus.optim.linear.LinearConstraintSet;
import org.hipparchus.optim.linear.LinearObjectiveFunction;
import org.hipparchus.optim.linear.NonNegativeConstraint;
import org.hipparchus.optim.linear.PivotSelectionRule;
import org.hipparchus.optim.linear.Relationship;
import org.hipparchus.optim.linear.SimplexSolver;
import org.hipparchus.optim.nonlinear.scalar.GoalType;

/**
 * Who takes what at the lowest cost: row i takes column {@code columns[i]}.
 *
 * <p>Solved as a linear programme: the corners of the doubly stochastic matrices are the
 * permutations (Birkhoff), and the simplex method ends in a corner.
 *
 * @param columns a permutation
 * @param cost of it
 */
@SuppressWarnings("ArrayRecordComponent")
record Assignment(int[] columns, int cost) {

  static Assignment cheapest(int[][] costs) {
    int size = costs.length;
    double[] objective = new double[size * size];
    List<LinearConstraint> each = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      double[] row = new double[size * size];
      double[] column = new double[size * size];
      for (int j = 0; j < size; j++) {
        objective[i * size + j] = costs[i][j];
        row[i * size + j] = 1;
        column[j * size + i] = 1;
      }
      each.add(new LinearConstraint(row, Relationship.EQ, 1));
      each.add(new LinearConstraint(column, Relationship.EQ, 1));
    }
    // One equation follows from the others.
    each.remove(each.size() - 1);
    PointValuePair corner =
        new SimplexSolver()
            .optimize(
                new LinearObjectiveFunction(objective, 0),
                new LinearConstraintSet(each),
                GoalType.MINIMIZE,
                new NonNegativeConstraint(true),
                PivotSelectionRule.BLAND);
    int[] columns = new int[size];
    for (int i = 0; i < size * size; i++) {
      if (corner.getPoint()[i] > 0.5) {
        columns[i / size] = i % size;
      }
    }
    return new Assignment(columns, (int) Math.round(corner.getValue()));
  }
}
