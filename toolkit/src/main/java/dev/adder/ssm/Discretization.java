package dev.adder.ssm;

/**
 * How a continuous diagonal system x' = A x + u becomes one in steps of Δ: x_t = Ā x_{t−1} + B̄
 * u_t.
 */
public enum Discretization {
  /**
   * The input is held for the step: Ā = e^{ΔA}, B̄ = (e^{ΔA} − 1) / A. The released code's rule.
   */
  ZERO_ORDER_HOLD {
    @Override
    Complex a(Complex a, double step) {
      return a.times(step).exp();
    }

    @Override
    Complex b(Complex a, double step) {
      return a.magnitude() * step < TINY
          ? Complex.real(step).plus(a.times(step * step / 2))
          : a.times(step).expMinusOne().over(a);
    }

    @Override
    Complex aByA(Complex a, double step) {
      return a(a, step).times(step);
    }

    @Override
    Complex aByStep(Complex a, double step) {
      return a(a, step).times(a);
    }

    @Override
    Complex bByA(Complex a, double step) {
      Complex z = a.times(step);
      if (z.magnitude() < SMALL) {
        // Δ² (1/2 + z/3 + z²/8 + z³/30 …): below it the quotient cancels.
        Complex series =
            Complex.real(1 / 2.0)
                .plus(z.times(1 / 3.0))
                .plus(z.times(z).times(1 / 8.0))
                .plus(z.times(z).times(z).times(1 / 30.0));
        return series.times(step * step);
      }
      return a(a, step).times(step).plus(b(a, step).times(-1)).over(a);
    }

    @Override
    Complex bByStep(Complex a, double step) {
      return a(a, step);
    }
  },

  /** The trapezoid's rule: Ā = (1 + ΔA/2) / (1 − ΔA/2), B̄ = Δ / (1 − ΔA/2). */
  BILINEAR {
    private Complex denominator(Complex a, double step) {
      return Complex.ONE.plus(a.times(-step / 2));
    }

    @Override
    Complex a(Complex a, double step) {
      return Complex.ONE.plus(a.times(step / 2)).over(denominator(a, step));
    }

    @Override
    Complex b(Complex a, double step) {
      return Complex.real(step).over(denominator(a, step));
    }

    private Complex squared(Complex a, double step) {
      Complex d = Complex.ONE.over(denominator(a, step));
      return d.times(d);
    }

    @Override
    Complex aByA(Complex a, double step) {
      return squared(a, step).times(step);
    }

    @Override
    Complex aByStep(Complex a, double step) {
      return squared(a, step).times(a);
    }

    @Override
    Complex bByA(Complex a, double step) {
      return squared(a, step).times(step * step / 2);
    }

    @Override
    Complex bByStep(Complex a, double step) {
      return squared(a, step);
    }
  };

  private static final double TINY = 1e-8;
  private static final double SMALL = 1e-3;

  /** Ā. */
  abstract Complex a(Complex a, double step);

  /** B̄ for B = 1. */
  abstract Complex b(Complex a, double step);

  /** ∂Ā/∂A. */
  abstract Complex aByA(Complex a, double step);

  /** ∂Ā/∂Δ. */
  abstract Complex aByStep(Complex a, double step);

  /** ∂B̄/∂A. */
  abstract Complex bByA(Complex a, double step);

  /** ∂B̄/∂Δ. */
  abstract Complex bByStep(Complex a, double step);
}
