package dev.adder.paper.claims;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/**
 * One random instance of a claim: how large, from which seed, without which hypotheses; then what
 * was built, matrix by matrix, and how far the two sides are apart, conclusion by conclusion.
 */
public final class Instance {

  private final Sizes sizes;
  private final long seed;
  private final Set<String> dropped;
  private final Draw draw;
  private final Map<String, Double> errors = new LinkedHashMap<>();
  private final Map<String, RealMatrix> matrices = new LinkedHashMap<>();
  private double condition = 1;

  Instance(Sizes sizes, long seed, Set<String> dropped, Draw draw) {
    this.sizes = sizes;
    this.seed = seed;
    this.dropped = dropped;
    this.draw = draw;
  }

  public Sizes sizes() {
    return sizes;
  }

  /** {@code seed(…).trials(1)} with these sizes makes it again. */
  public long seed() {
    return seed;
  }

  int size(String name) {
    return sizes.get(name);
  }

  Draw draw() {
    return draw;
  }

  boolean without(String hypothesis) {
    return dropped.contains(hypothesis);
  }

  /** How far apart the two sides of each conclusion are. */
  public Map<String, Double> errors() {
    return Collections.unmodifiableMap(new LinkedHashMap<>(errors));
  }

  double error(String conclusion) {
    return errors.getOrDefault(conclusion, Double.NaN);
  }

  /** Records a conclusion; of several values for one, the largest stays. */
  void conclude(String conclusion, double error) {
    errors.merge(conclusion, error, Math::max);
  }

  /** The condition number of the worst system that was solved, 1 if there was none. */
  public double condition() {
    return condition;
  }

  void solved(double conditionNumber) {
    condition = Math.max(condition, conditionNumber);
  }

  /** Records a matrix of the construction, for people. */
  void show(String name, RealMatrix matrix) {
    matrices.put(name, matrix);
  }

  /** Records a vector as a row. */
  void show(String name, double[] row) {
    matrices.put(name, MatrixUtils.createRowRealMatrix(row));
  }

  /** Names of the matrices, in the order of the construction. */
  public List<String> matrices() {
    return List.copyOf(matrices.keySet());
  }

  /**
   * A matrix of the construction by its name.
   *
   * @throws IllegalArgumentException if there is none; the message lists what there is
   */
  public RealMatrix matrix(String name) {
    RealMatrix matrix = matrices.get(name);
    if (matrix == null) {
      throw new IllegalArgumentException(
          "The instance has no matrix \"%s\". It has: %s.".formatted(name, matrices()));
    }
    return matrix;
  }

  @Override
  public String toString() {
    return "seed %d, %s%s".formatted(seed, sizes, dropped.isEmpty() ? "" : ", without " + dropped);
  }
}
