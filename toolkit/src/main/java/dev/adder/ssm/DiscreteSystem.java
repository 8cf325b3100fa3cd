package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Scaling;
import org.jspecify.annotations.Nullable;

/**
 * Ā and B̄ of a diagonal system with A = −exp(logA) + i·A_imag and B = 1, in steps of Δ =
 * exp(logΔ).
 *
 * <p>d channels, n states. Inputs logΔ (d), logA (d, n), and for complex states A_imag (d, n);
 * outputs Ā and B̄, each (d, n), or (d, n, 2) with real and imaginary part if complex. Inside, all
 * is double precision.
 */
public final class DiscreteSystem implements FusedOperator {

  private final Discretization rule;

  public DiscreteSystem(Discretization rule) {
    this.rule = rule;
  }

  @Override
  public boolean accepts(NDList inputs) {
    return RawTensor.isReal(inputs.get(0));
  }

  /** The inputs as numbers. */
  private static final class Continuous {
    private final double[] step;
    private final StateNumbers a;
    private final int states;

    Continuous(NDList inputs) {
      requireShapes(inputs);
      step = RawTensor.of(inputs.get(0)).toDoubleArray();
      for (int i = 0; i < step.length; i++) {
        step[i] = Math.exp(step[i]);
      }
      double[] re = RawTensor.of(inputs.get(1)).toDoubleArray();
      for (int i = 0; i < re.length; i++) {
        re[i] = -Math.exp(re[i]);
      }
      boolean complex = inputs.size() > 2;
      double[] im = complex ? RawTensor.of(inputs.get(2)).toDoubleArray() : new double[re.length];
      a = new StateNumbers(re, im, complex);
      states = Math.toIntExact(inputs.get(1).getShape().get(1));
    }
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    Continuous in = new Continuous(inputs);
    StateNumbers a = StateNumbers.zeros(in.a.size(), in.a.complex());
    StateNumbers b = StateNumbers.zeros(in.a.size(), in.a.complex());
    for (int i = 0; i < a.size(); i++) {
      double step = in.step[i / in.states];
      a.set(i, rule.a(in.a.get(i), step));
      b.set(i, rule.b(in.a.get(i), step));
    }
    NDArray owner = inputs.get(1);
    Shape shape = in.a.complex() ? owner.getShape().add(2) : owner.getShape();
    return new NDList(
        a.tensor(owner.getManager(), owner.getDataType(), shape),
        b.tensor(owner.getManager(), owner.getDataType(), shape));
  }

  /** The gradient of a holomorphic f's argument is the conjugate of f' times the gradient of f. */
  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    Continuous in = new Continuous(inputs);
    StateNumbers ga = numbers(outputGradients.get(0), in.a);
    StateNumbers gb = numbers(outputGradients.get(1), in.a);
    double[] dLogStep = new double[in.step.length];
    double[] dLogA = new double[in.a.size()];
    double[] dImag = new double[in.a.size()];
    for (int i = 0; i < in.a.size(); i++) {
      Complex a = in.a.get(i);
      double step = in.step[i / in.states];
      Complex toA =
          rule.aByA(a, step)
              .conjugate()
              .times(ga.get(i))
              .plus(rule.bByA(a, step).conjugate().times(gb.get(i)));
      dLogA[i] = toA.re() * a.re();
      dImag[i] = toA.im();
      Complex toStep =
          rule.aByStep(a, step)
              .conjugate()
              .times(ga.get(i))
              .plus(rule.bByStep(a, step).conjugate().times(gb.get(i)));
      dLogStep[i / in.states] += toStep.re() * step;
    }
    double[][] all = {dLogStep, dLogA, dImag};
    for (int i = 0; i < inputs.size(); i++) {
      if (gradients.needs(i)) {
        NDArray input = inputs.get(i);
        gradients.add(
            i,
            StateNumbers.tensor(input.getManager(), input.getDataType(), input.getShape(), all[i]));
      }
    }
  }

  private static StateNumbers numbers(@Nullable NDArray gradient, StateNumbers like) {
    return gradient == null
        ? StateNumbers.zeros(like.size(), like.complex())
        : StateNumbers.of(gradient, like.complex());
  }

  @Override
  public NDList reference(NDList inputs) {
    requireShapes(inputs);
    boolean complex = inputs.size() > 2;
    NDArray step = inputs.get(0).exp().expandDims(1);
    NDArray re = inputs.get(1).exp().neg();
    ComplexTensor a = new ComplexTensor(re, complex ? inputs.get(2) : re.zerosLike());
    ComplexTensor one = new ComplexTensor(re.onesLike(), re.zerosLike());
    if (rule == Discretization.ZERO_ORDER_HOLD) {
      ComplexTensor discrete = a.times(step).exp();
      return new NDList(discrete.joined(complex), discrete.minus(one).over(a).joined(complex));
    }
    ComplexTensor half = a.times(Scaling.times(step, 0.5f));
    return new NDList(
        one.plus(half).over(one.minus(half)).joined(complex),
        new ComplexTensor(step.add(re.zerosLike()), re.zerosLike())
            .over(one.minus(half))
            .joined(complex));
  }

  private static void requireShapes(NDList inputs) {
    Shape states = inputs.get(1).getShape();
    if (states.dimension() != 2
        || !inputs.get(0).getShape().equals(new Shape(states.get(0)))
        || (inputs.size() > 2 && !inputs.get(2).getShape().equals(states))) {
      throw new IllegalArgumentException(
          "The discretisation got log Δ %s, log A %s%s; expected (d), (d, n) and, if complex, (d, n)."
              .formatted(
                  inputs.get(0).getShape(),
                  states,
                  inputs.size() > 2 ? ", A_imag " + inputs.get(2).getShape() : ""));
    }
  }
}
