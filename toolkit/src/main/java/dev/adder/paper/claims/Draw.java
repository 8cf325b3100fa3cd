package dev.adder.paper.claims;

import dev.adder.tensor.KeyedRandom;
import java.util.Arrays;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.special.Erf;

/**
 * What an instance is drawn from: a sequence of standard normal numbers that a seed fixes, of which
 * a search may replace the first ones. Everything continuous in an instance is made from these
 * numbers, so that a search over them stays within the hypotheses; choices come from the seed only.
 */
final class Draw {

  private final KeyedRandom random;
  private final double[] given;
  private double[] used = new double[64];
  private int drawn;
  private int chosen;

  private Draw(long seed, double[] given) {
    random = KeyedRandom.of(seed).derive("claim");
    this.given = given;
  }

  static Draw of(long seed) {
    return new Draw(seed, new double[0]);
  }

  /**
   * The seed's own sequence but for the first numbers.
   *
   * @param given the first numbers
   */
  static Draw of(long seed, double[] given) {
    return new Draw(seed, given.clone());
  }

  /** The next standard normal number, of 53 bits. */
  double normal() {
    double value = drawn < given.length ? given[drawn] : own(drawn);
    if (drawn == used.length) {
      used = Arrays.copyOf(used, 2 * drawn);
    }
    used[drawn++] = value;
    return value;
  }

  /** Box–Muller in StrictMath: the same bits on every JDK. */
  private double own(int index) {
    double u = ((random.bits(2L * index) >>> 11) + 1) * 0x1p-53;
    double v = (random.bits(2L * index + 1) >>> 11) * 0x1p-53;
    return StrictMath.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(2 * Math.PI * v);
  }

  /** A number in [low, high]. */
  double uniform(double low, double high) {
    return low + (high - low) * 0.5 * Erf.erfc(-normal() / Math.sqrt(2));
  }

  /** A number whose size is in [low, high], of either sign. */
  double signed(double low, double high) {
    double size = uniform(low, high);
    return below(2) == 0 ? size : -size;
  }

  /** A whole number in [0, bound). */
  int below(int bound) {
    return random.derive("choice").below(chosen++, bound);
  }

  /** The numbers 0 … count − 1 in random order. */
  int[] permutation(int count) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int at = below(i + 1);
      order[i] = order[at];
      order[at] = i;
    }
    return order;
  }

  double[] normals(int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = normal();
    }
    return values;
  }

  /** A matrix of standard normal numbers, divided by √columns if {@code scaled}. */
  RealMatrix normals(int rows, int columns, boolean scaled) {
    double factor = scaled ? 1 / Math.sqrt(columns) : 1;
    double[][] values = new double[rows][columns];
    for (double[] row : values) {
      for (int j = 0; j < columns; j++) {
        row[j] = factor * normal();
      }
    }
    return MatrixUtils.createRealMatrix(values);
  }

  RealMatrix normals(int rows, int columns) {
    return normals(rows, columns, false);
  }

  /** The first numbers that were drawn so far. */
  double[] used(int most) {
    return Arrays.copyOf(used, Math.min(most, drawn));
  }
}
