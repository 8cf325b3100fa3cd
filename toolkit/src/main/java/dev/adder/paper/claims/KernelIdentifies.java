package dev.adder.paper.claims;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.hipparchus.analysis.solvers.LaguerreSolver;
import org.hipparchus.complex.Complex;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/** T6 d: the first 2H values of an S4 channel's kernel determine it (Prony). */
public final class KernelIdentifies extends Claim<KernelIdentifies> {

  private static final String VALUES = "2H values";
  private static final String DISTINCT = "distinct eigenvalues";
  private static final String ACTIVE = "active states";
  private static final double ACCURACY = 1e-14;

  private static final Statement STATEMENT =
      new Statement(
          "T6d",
          "The first 2H values of its kernel determine an S4 channel",
          "With distinct eigenvalues and all products b c ≠ 0, the pairs (a_i, b_i c_i) follow from"
              + " k_0 … k_{2H−1}: a Hankel system gives the polynomial whose roots are the a_i"
              + " (Prony), a Vandermonde system the products. It is ill-conditioned: H ≤ 4 here.",
          "k_j = \\sum_i b_i c_i\\, a_i^j,\\qquad \\sum_{m=0}^{H-1} k_{j+m}\\, q_m = -k_{j+H},\\qquad"
              + " a_i^H + \\sum_m q_m a_i^m = 0",
          "",
          S6Equivalences.OURS,
          List.of(
              new Hypothesis(VALUES, "2H values are known", "one less is known, and taken for 0"),
              new Hypothesis(DISTINCT, "the eigenvalues differ", "two are equal"),
              new Hypothesis(ACTIVE, "all b c are nonzero", "one is 0")));

  KernelIdentifies(Plan plan) {
    super(plan);
  }

  static KernelIdentifies standard() {
    return new KernelIdentifies(
        Plan.of(Sizes.of("states", 2), Sizes.of("states", 3), Sizes.of("states", 4)));
  }

  @Override
  KernelIdentifies with(Plan plan) {
    return new KernelIdentifies(plan);
  }

  /** States, H, from 2 to 4. */
  public KernelIdentifies states(int count) {
    return size("states", count);
  }

  @Override
  public Statement statement() {
    return STATEMENT;
  }

  @Override
  public Bound bound() {
    return Bound.atMost(1e-6);
  }

  @Override
  String axis() {
    return "states";
  }

  @Override
  void requireSizes(Sizes sizes, Set<String> dropped) {
    if (sizes.get("states") < 2 || sizes.get("states") > 4) {
      throw new IllegalArgumentException(
          "H is %d; float64 determines a channel from its kernel for H from 2 to 4. Use states(2) to states(4)."
              .formatted(sizes.get("states")));
    }
  }

  @Override
  void run(Instance instance) {
    Draw draw = instance.draw();
    int states = instance.size("states");
    double[] a = new double[states];
    double[] products = new double[states];
    for (int i = 0; i < states; i++) {
      a[i] = -0.9 + 1.8 * (i + 0.5 + draw.uniform(-0.3, 0.3)) / states;
      products[i] = draw.signed(0.5, 1.5);
    }
    if (instance.without(DISTINCT)) {
      a[1] = a[0];
      products[1] = Math.copySign(products[1], products[0]);
    }
    if (instance.without(ACTIVE)) {
      products[0] = 0;
    }
    double[] ones = new double[states];
    Arrays.fill(ones, 1);
    S4Channels channel = new S4Channels(row(a), row(ones), row(products));
    double[] kernel = channel.kernel(2 * states).getColumn(0);
    if (instance.without(VALUES)) {
      kernel[2 * states - 1] = 0;
    }
    instance.show("a", a);
    instance.show("b c", products);
    instance.show("kernel", kernel);

    RealMatrix hankel = Matrices.zeros(states, states);
    double[] right = new double[states];
    for (int j = 0; j < states; j++) {
      for (int m = 0; m < states; m++) {
        hankel.setEntry(j, m, kernel[j + m]);
      }
      right[j] = -kernel[j + states];
    }
    instance.show("Hankel matrix", hankel);
    double[] polynomial = Solution.of(hankel, instance).inverse().operate(right);
    Complex[] roots = roots(polynomial);
    double[] found = Arrays.stream(roots).mapToDouble(Complex::getReal).toArray();
    RealMatrix powers = Matrices.zeros(states, states);
    for (int j = 0; j < states; j++) {
      for (int i = 0; i < states; i++) {
        powers.setEntry(j, i, Math.pow(found[i], j));
      }
    }
    double[] weights =
        Solution.of(powers, instance).inverse().operate(Arrays.copyOf(kernel, states));
    instance.show("a found", found);
    instance.show("b c found", weights);
    double imaginary =
        Arrays.stream(roots).mapToDouble(root -> Math.abs(root.getImaginary())).max().orElse(0);
    instance.conclude("eigenvalues", Math.max(imaginary, largest(found, a)));
    instance.conclude("products", largest(weights, products));
  }

  private static RealMatrix row(double[] values) {
    return MatrixUtils.createRowRealMatrix(values);
  }

  /** Roots of x^H + Σ q_m x^m, by real part. */
  private static Complex[] roots(double[] polynomial) {
    double[] coefficients = Arrays.copyOf(polynomial, polynomial.length + 1);
    coefficients[polynomial.length] = 1;
    return Arrays.stream(new LaguerreSolver(ACCURACY, ACCURACY).solveAllComplex(coefficients, 0))
        .sorted(Comparator.comparingDouble(Complex::getReal))
        .toArray(Complex[]::new);
  }

  private static double largest(double[] found, double[] expected) {
    return IntStream.range(0, found.length)
        .mapToDouble(i -> Math.abs(found[i] - expected[i]))
        .max()
        .orElseThrow();
  }
}
