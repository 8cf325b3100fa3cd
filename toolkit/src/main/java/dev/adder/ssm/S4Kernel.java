package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Workers;
import org.jspecify.annotations.Nullable;

/**
 * The impulse response of a diagonal system: K_t = s·Re Σ_n C_n B̄_n Ā_nᵗ for t = 0 … l − 1, and
 * what an initial state adds to the outputs: R_t = s·Re Σ_n C_n Ā_nᵗ⁺¹ h₀_n. s is 1 for real states
 * and 2 for complex ones, each of which stands for itself and its conjugate.
 *
 * <p>d channels, n states. Inputs Ā, B̄, C and optionally h₀, each (d, n), or (d, n, 2) if complex;
 * outputs K (l, d) and, if h₀ is given, R (l, d). Inside, all is double precision.
 */
public final class S4Kernel implements FusedOperator {

  private final int length;

  /**
   * @param length l, 0 or more
   */
  public S4Kernel(int length) {
    this.length = length;
  }

  @Override
  public boolean accepts(NDList inputs) {
    return RawTensor.isReal(inputs.get(0));
  }

  /** The inputs as numbers. */
  private final class Given {
    private final int channels;
    private final int states;
    private final StateNumbers a;
    private final StateNumbers b;
    private final StateNumbers c;
    private final @Nullable StateNumbers initial;

    Given(NDList inputs) {
      requireShapes(inputs);
      Shape shape = inputs.get(0).getShape();
      boolean complex = isComplex(inputs);
      channels = Math.toIntExact(shape.get(0));
      states = Math.toIntExact(shape.get(1));
      a = StateNumbers.of(inputs.get(0), complex);
      b = StateNumbers.of(inputs.get(1), complex);
      c = StateNumbers.of(inputs.get(2), complex);
      initial = inputs.size() > 3 ? StateNumbers.of(inputs.get(3), complex) : null;
    }

    /** s·Re(start·Āᵗ) added to column {@code channel} of (l, d). */
    void respond(double[] to, int channel, Complex start, Complex a) {
      double re = start.re() * c.weight();
      double im = start.im() * c.weight();
      for (int t = 0; t < length; t++) {
        to[t * channels + channel] += re;
        double next = re * a.re() - im * a.im();
        im = re * a.im() + im * a.re();
        re = next;
      }
    }

    /** The gradients of {@code start} and Ā in {@link #respond}. */
    Complex[] respondBack(double[] g, int channel, Complex start, Complex a) {
      // Σ g_t P_t and Σ t g_t P_{t−1} with P_t the conjugate of Āᵗ.
      double re = c.weight();
      double im = 0;
      double beforeRe = 0;
      double beforeIm = 0;
      double sumRe = 0;
      double sumIm = 0;
      double slopeRe = 0;
      double slopeIm = 0;
      for (int t = 0; t < length; t++) {
        double gt = g[t * channels + channel];
        sumRe += gt * re;
        sumIm += gt * im;
        slopeRe += t * gt * beforeRe;
        slopeIm += t * gt * beforeIm;
        beforeRe = re;
        beforeIm = im;
        double next = re * a.re() + im * a.im();
        im = im * a.re() - re * a.im();
        re = next;
      }
      return new Complex[] {
        new Complex(sumRe, sumIm), start.conjugate().times(new Complex(slopeRe, slopeIm))
      };
    }
  }

  private static boolean isComplex(NDList inputs) {
    return inputs.get(0).getShape().dimension() == 3;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    Given in = new Given(inputs);
    double[] kernel = new double[length * in.channels];
    double[] response = new double[in.initial == null ? 0 : kernel.length];
    Workers.run(
        in.channels,
        channel -> {
          for (int i = channel * in.states; i < (channel + 1) * in.states; i++) {
            Complex a = in.a.get(i);
            Complex c = in.c.get(i);
            in.respond(kernel, channel, c.times(in.b.get(i)), a);
            if (in.initial != null) {
              in.respond(response, channel, c.times(in.initial.get(i)).times(a), a);
            }
          }
        });
    NDArray owner = inputs.get(0);
    Shape shape = new Shape(length, in.channels);
    NDList outputs =
        new NDList(StateNumbers.tensor(owner.getManager(), owner.getDataType(), shape, kernel));
    if (in.initial != null) {
      outputs.add(StateNumbers.tensor(owner.getManager(), owner.getDataType(), shape, response));
    }
    return outputs;
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    Given in = new Given(inputs);
    double[] gk = values(outputGradients.get(0), length * in.channels);
    double[] gr = in.initial == null ? new double[0] : values(outputGradients.get(1), gk.length);
    StateNumbers[] sums = new StateNumbers[inputs.size()];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = StateNumbers.zeros(in.a.size(), in.a.complex());
    }
    Workers.run(
        in.channels,
        channel -> {
          for (int i = channel * in.states; i < (channel + 1) * in.states; i++) {
            Complex a = in.a.get(i);
            Complex b = in.b.get(i);
            Complex c = in.c.get(i);
            Complex[] back = in.respondBack(gk, channel, c.times(b), a);
            sums[0].add(i, back[1]);
            sums[1].add(i, c.conjugate().times(back[0]));
            sums[2].add(i, b.conjugate().times(back[0]));
            if (in.initial != null) {
              Complex h = in.initial.get(i);
              Complex[] from = in.respondBack(gr, channel, c.times(h).times(a), a);
              sums[0].add(i, from[1].plus(c.times(h).conjugate().times(from[0])));
              sums[2].add(i, h.times(a).conjugate().times(from[0]));
              sums[3].add(i, c.times(a).conjugate().times(from[0]));
            }
          }
        });
    for (int i = 0; i < sums.length; i++) {
      if (gradients.needs(i)) {
        NDArray input = inputs.get(i);
        gradients.add(i, sums[i].tensor(input.getManager(), input.getDataType(), input.getShape()));
      }
    }
  }

  private static double[] values(@Nullable NDArray gradient, int size) {
    return gradient == null ? new double[size] : RawTensor.of(gradient).toDoubleArray();
  }

  @Override
  public NDList reference(NDList inputs) {
    requireShapes(inputs);
    boolean complex = isComplex(inputs);
    ComplexTensor a = ComplexTensor.of(inputs.get(0), complex);
    ComplexTensor c = ComplexTensor.of(inputs.get(2), complex);
    ComplexTensor start = c.times(ComplexTensor.of(inputs.get(1), complex));
    NDList outputs = new NDList(response(start, a, complex));
    if (inputs.size() > 3) {
      ComplexTensor initial = ComplexTensor.of(inputs.get(3), complex);
      outputs.add(response(c.times(initial).times(a), a, complex));
    }
    return outputs;
  }

  private NDArray response(ComplexTensor start, ComplexTensor a, boolean complex) {
    NDList steps = new NDList();
    ComplexTensor now = start;
    for (int t = 0; t < length; t++) {
      steps.add(now.sum(complex));
      now = now.times(a);
    }
    NDArray any = a.re();
    return steps.isEmpty()
        ? any.getManager().zeros(new Shape(0, any.getShape().get(0)), any.getDataType())
        : NDArrays.stack(steps, 0);
  }

  private static void requireShapes(NDList inputs) {
    Shape shape = inputs.get(0).getShape();
    boolean right = shape.dimension() == 2 || (shape.dimension() == 3 && shape.get(2) == 2);
    for (NDArray input : inputs) {
      right &= input.getShape().equals(shape);
    }
    if (!right) {
      throw new IllegalArgumentException(
          "The kernel of S4 got %s; expected A, B, C and optionally h₀, all of shape (d, n), or (d, n, 2) if complex."
              .formatted(inputs.stream().map(NDArray::getShape).toList()));
    }
  }
}
