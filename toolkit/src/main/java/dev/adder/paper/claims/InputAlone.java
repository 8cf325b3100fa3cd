package dev.adder.paper.claims;

import java.util.List;
import org.hipparchus.exception.MathIllegalStateException;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.hipparchus.optim.nonlinear.vector.leastsquares.LeastSquaresBuilder;
import org.hipparchus.optim.nonlinear.vector.leastsquares.LeastSquaresOptimizer.Optimum;
import org.hipparchus.optim.nonlinear.vector.leastsquares.LeastSquaresProblem;
import org.hipparchus.optim.nonlinear.vector.leastsquares.LevenbergMarquardtOptimizer;
import org.hipparchus.optim.nonlinear.vector.leastsquares.MultivariateJacobianFunction;
import org.hipparchus.util.Pair;

/** T3 D: as wired, the input projection alone cannot stand in for W_B and W_C in general. */
public final class InputAlone extends Claim<InputAlone> {

  private static final String GENERIC = "generic target";
  private static final int STARTS = 20;
  private static final int INPUTS = 20;
  private static final int EVALUATIONS = 200;

  private static final Statement STATEMENT =
      new Statement(
          "T3D",
          "The input projection alone does not cover tuning W_B and W_C",
          "As wired, with constant Δ and W_in = I, the first output is Δ u (uᵀ Q u) with Q the"
              + " symmetric part of W_Cᵀ W_B. A W_in' that gives the target's first output on every"
              + " input must be c I with c³ Q = Q*. So a generic target is out of reach: the closest"
              + " of 20 Levenberg–Marquardt runs stays away from it.",
          "y_1 = \\Delta\\, u\\,(u^\\top Q\\,u),\\quad Q = \\mathrm{sym}(W_C^\\top W_B)"
              + "\\qquad\\Longrightarrow\\quad W_{in}' = c\\,I,\\quad c^3 Q = Q^*",
          SelectionByInput.RECALLED,
          SelectionByInput.PLACES,
          List.of(
              new Hypothesis(
                  GENERIC, "Q* is no multiple of Q", "Q* = c³ Q, which c I reaches exactly")));

  InputAlone(Plan plan) {
    super(plan);
  }

  static InputAlone standard() {
    return new InputAlone(Plan.of(Sizes.of("channels", 3, "states", 2)));
  }

  @Override
  InputAlone with(Plan plan) {
    return new InputAlone(plan);
  }

  /** Channels of the layer, D. */
  public InputAlone channels(int count) {
    return size("channels", count);
  }

  /** States per channel, H. */
  public InputAlone states(int count) {
    return size("states", count);
  }

  @Override
  public Statement statement() {
    return STATEMENT;
  }

  @Override
  public Bound bound() {
    return Bound.atLeast(1e-3);
  }

  @Override
  String axis() {
    return "channels";
  }

  @Override
  void run(Instance instance) {
    Draw draw = instance.draw();
    int channels = instance.size("channels");
    S6 frozen = constantStep(S6.random(draw, channels, instance.size("states"), 1));
    double scale = draw.uniform(0.5, 1.5);
    S6 target =
        instance.without(GENERIC)
            ? frozen.with(
                Matrices.stack(
                    frozen.b().scalarMultiply(scale * scale * scale), frozen.c(), frozen.down()))
            : constantStep(S6.random(draw, channels, instance.size("states"), 1));
    RealMatrix inputs = draw.normals(INPUTS, channels);
    RealMatrix best = closest(draw, inputs, form(frozen), form(target));
    instance.show("Q", form(frozen));
    instance.show("Q*", form(target));
    instance.show("closest W_in'", best);

    RealMatrix expected = firstOutputs(target, inputs);
    RealMatrix found = firstOutputs(frozen, inputs.multiply(best.transpose()));
    instance.conclude(
        "distance of the closest",
        found.subtract(expected).getFrobeniusNorm() / expected.getFrobeniusNorm());
  }

  private static S6 constantStep(S6 layer) {
    int channels = layer.channels();
    return new S6(
        layer.a(),
        layer.b(),
        layer.c(),
        Matrices.zeros(1, channels),
        Matrices.zeros(channels, 1),
        new double[channels]);
  }

  /** Q = sym(W_Cᵀ W_B). */
  private static RealMatrix form(S6 layer) {
    RealMatrix product = layer.c().transpose().multiply(layer.b());
    return product.add(product.transpose()).scalarMultiply(0.5);
  }

  /** The first output on each row as a sequence of its own. */
  private static RealMatrix firstOutputs(S6 layer, RealMatrix inputs) {
    RealMatrix outputs = inputs.copy();
    for (int i = 0; i < inputs.getRowDimension(); i++) {
      outputs.setRow(i, layer.scan(inputs.getRowMatrix(i)).y().getRow(0));
    }
    return outputs;
  }

  private static RealMatrix closest(
      Draw draw, RealMatrix inputs, RealMatrix form, RealMatrix targetForm) {
    int channels = form.getRowDimension();
    RealMatrix best = Matrices.identity(channels);
    double bestCost = Double.POSITIVE_INFINITY;
    double[] wanted = outputs(inputs, targetForm);
    MultivariateJacobianFunction model = point -> model(point, inputs, form);
    for (int start = 0; start < STARTS; start++) {
      double[] from = draw.normals(channels * channels);
      LeastSquaresProblem problem =
          new LeastSquaresBuilder()
              .start(from)
              .target(wanted)
              .model(model)
              .maxEvaluations(EVALUATIONS)
              .maxIterations(EVALUATIONS)
              .build();
      try {
        Optimum optimum = new LevenbergMarquardtOptimizer().optimize(problem);
        if (optimum.getCost() < bestCost) {
          bestCost = optimum.getCost();
          best = square(optimum.getPoint());
        }
      } catch (MathIllegalStateException spent) {
        // This start does not settle within its evaluations; the others go on.
        continue;
      }
    }
    return best;
  }

  private static RealMatrix square(RealVector entries) {
    int size = (int) Math.round(Math.sqrt(entries.getDimension()));
    RealMatrix matrix = Matrices.zeros(size, size);
    for (int i = 0; i < entries.getDimension(); i++) {
      matrix.setEntry(i / size, i % size, entries.getEntry(i));
    }
    return matrix;
  }

  /** u (uᵀ Q u) for each row u, one after the other. */
  private static double[] outputs(RealMatrix inputs, RealMatrix form) {
    int channels = form.getRowDimension();
    double[] outputs = new double[inputs.getRowDimension() * channels];
    for (int k = 0; k < inputs.getRowDimension(); k++) {
      RealVector u = inputs.getRowVector(k);
      double size = u.dotProduct(form.operate(u));
      for (int i = 0; i < channels; i++) {
        outputs[k * channels + i] = u.getEntry(i) * size;
      }
    }
    return outputs;
  }

  /** v (vᵀ Q v) for v = W u, and its slope along each entry of W. */
  private static Pair<RealVector, RealMatrix> model(
      RealVector point, RealMatrix inputs, RealMatrix form) {
    int channels = form.getRowDimension();
    RealMatrix moved = inputs.multiply(square(point).transpose());
    RealMatrix slopes =
        MatrixUtils.createRealMatrix(inputs.getRowDimension() * channels, point.getDimension());
    for (int k = 0; k < inputs.getRowDimension(); k++) {
      RealVector v = moved.getRowVector(k);
      RealVector steep = form.operate(v);
      double size = v.dotProduct(steep);
      for (int j = 0; j < channels; j++) {
        for (int l = 0; l < channels; l++) {
          double u = inputs.getEntry(k, l);
          for (int i = 0; i < channels; i++) {
            double own = i == j ? size : 0;
            slopes.setEntry(
                k * channels + i,
                j * channels + l,
                u * (own + 2 * v.getEntry(i) * steep.getEntry(j)));
          }
        }
      }
    }
    return new Pair<>(new ArrayRealVector(outputs(moved, form)), slopes);
  }
}
