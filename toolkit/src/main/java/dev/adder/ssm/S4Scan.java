package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Workers;
import org.jspecify.annotations.Nullable;

/**
 * A diagonal system step by step: x_t = Ā x_{t−1} + B̄ u_t, y_t = s·Re Σ_n C_n x_{t,n} + D u_t,
 * with s = 1 for real states and 2 for complex ones. The same outputs as {@link S4Kernel} and
 * {@link LongConvolution} give, and the state behind the last step.
 *
 * <p>b batch, l length, d channels, n states. Inputs u (b, l, d); Ā, B̄ and C, each (d, n), or (d,
 * n, 2) if complex; D (d); and optionally the state before the first step, of the shape of Ā for
 * all sequences or with a batch axis before it, 0 if left out. Outputs y (b, l, d) and the last
 * state (b, d, n) or (b, d, n, 2). Inside, all is double precision.
 */
public final class S4Scan implements FusedOperator {

  @Override
  public boolean accepts(NDList inputs) {
    return RawTensor.isReal(inputs.get(0));
  }

  /** The inputs as numbers. */
  private static final class Given {
    private final int batch;
    private final int length;
    private final int channels;
    private final int states;
    private final double[] u;
    private final StateNumbers a;
    private final StateNumbers b;
    private final StateNumbers c;
    private final double[] skip;
    private final @Nullable StateNumbers initial;

    Given(NDList inputs) {
      requireShapes(inputs);
      Shape shape = inputs.get(0).getShape();
      boolean complex = isComplex(inputs);
      batch = Math.toIntExact(shape.get(0));
      length = Math.toIntExact(shape.get(1));
      channels = Math.toIntExact(shape.get(2));
      states = Math.toIntExact(inputs.get(1).getShape().get(1));
      u = RawTensor.of(inputs.get(0)).toDoubleArray();
      a = StateNumbers.of(inputs.get(1), complex);
      b = StateNumbers.of(inputs.get(2), complex);
      c = StateNumbers.of(inputs.get(3), complex);
      skip = RawTensor.of(inputs.get(4)).toDoubleArray();
      initial = inputs.size() > 5 ? StateNumbers.of(inputs.get(5), complex) : null;
    }

    /** Index of a state in a tensor with a batch axis. */
    int state(int sequence, int channel) {
      return (sequence * channels + channel) * states;
    }

    /** Index of a state in what was given: it may be shared by all sequences. */
    int initialState(StateNumbers given, int sequence, int channel) {
      return state(given.size() == a.size() ? 0 : sequence, channel);
    }

    int at(int sequence, int time, int channel) {
      return (sequence * length + time) * channels + channel;
    }

    /** States of one channel by (time before each step and behind the last, state). */
    StateNumbers run(int sequence, int channel) {
      StateNumbers x = StateNumbers.zeros((length + 1) * states, a.complex());
      if (initial != null) {
        int from = initialState(initial, sequence, channel);
        for (int n = 0; n < states; n++) {
          x.set(n, initial.get(from + n));
        }
      }
      for (int t = 0; t < length; t++) {
        double input = u[at(sequence, t, channel)];
        for (int n = 0; n < states; n++) {
          int i = channel * states + n;
          Complex next = a.get(i).times(x.get(t * states + n)).plus(b.get(i).times(input));
          x.set((t + 1) * states + n, next);
        }
      }
      return x;
    }

    /** s·Re Σ C x + D u at one step. */
    double read(StateNumbers x, int sequence, int time, int channel) {
      double sum = 0;
      for (int n = 0; n < states; n++) {
        sum += c.get(channel * states + n).times(x.get((time + 1) * states + n)).re();
      }
      return c.weight() * sum + skip[channel] * u[at(sequence, time, channel)];
    }
  }

  private static boolean isComplex(NDList inputs) {
    return inputs.get(1).getShape().dimension() == 3;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    Given in = new Given(inputs);
    double[] y = new double[in.u.length];
    StateNumbers last = StateNumbers.zeros(in.batch * in.a.size(), in.a.complex());
    Workers.run(
        in.channels,
        channel -> {
          for (int s = 0; s < in.batch; s++) {
            StateNumbers x = in.run(s, channel);
            for (int t = 0; t < in.length; t++) {
              y[in.at(s, t, channel)] = in.read(x, s, t, channel);
            }
            for (int n = 0; n < in.states; n++) {
              last.set(in.state(s, channel) + n, x.get(in.length * in.states + n));
            }
          }
        });
    NDArray owner = inputs.get(0);
    Shape shape = new Shape(in.batch).addAll(inputs.get(1).getShape());
    return new NDList(
        StateNumbers.tensor(owner.getManager(), owner.getDataType(), owner.getShape(), y),
        last.tensor(owner.getManager(), owner.getDataType(), shape));
  }

  /** Gradients by channel: real ones of u and D, of numbers the rest. */
  private static final class Sums {
    private final double[] du;
    private final StateNumbers da;
    private final StateNumbers db;
    private final StateNumbers dc;
    private final double[] dskip;
    private final StateNumbers dinitial;

    Sums(Given in) {
      boolean complex = in.a.complex();
      du = new double[in.u.length];
      da = StateNumbers.zeros(in.a.size(), complex);
      db = StateNumbers.zeros(in.a.size(), complex);
      dc = StateNumbers.zeros(in.a.size(), complex);
      dskip = new double[in.channels];
      dinitial = StateNumbers.zeros(in.initial == null ? 0 : in.initial.size(), complex);
    }
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    Given in = new Given(inputs);
    double[] g =
        outputGradients.get(0) == null
            ? new double[in.u.length]
            : RawTensor.of(outputGradients.get(0)).toDoubleArray();
    StateNumbers last =
        outputGradients.get(1) == null
            ? StateNumbers.zeros(in.batch * in.a.size(), in.a.complex())
            : StateNumbers.of(outputGradients.get(1), in.a.complex());
    Sums sums = new Sums(in);
    Workers.run(
        in.channels,
        channel -> {
          for (int s = 0; s < in.batch; s++) {
            back(in, g, last, sums, s, channel);
          }
        });
    for (int i = 0; i < inputs.size(); i++) {
      if (gradients.needs(i)) {
        gradients.add(i, gradient(sums, inputs, i));
      }
    }
  }

  private static NDArray gradient(Sums sums, NDList inputs, int input) {
    NDArray of = inputs.get(input);
    if (input == 0 || input == 4) {
      return StateNumbers.tensor(
          of.getManager(), of.getDataType(), of.getShape(), input == 0 ? sums.du : sums.dskip);
    }
    StateNumbers numbers =
        switch (input) {
          case 1 -> sums.da;
          case 2 -> sums.db;
          case 3 -> sums.dc;
          default -> sums.dinitial;
        };
    return numbers.tensor(of.getManager(), of.getDataType(), of.getShape());
  }

  private static void back(Given in, double[] g, StateNumbers last, Sums sums, int s, int channel) {
    StateNumbers x = in.run(s, channel);
    for (int n = 0; n < in.states; n++) {
      int i = channel * in.states + n;
      Complex dx = last.get(in.state(s, channel) + n);
      for (int t = in.length - 1; t >= 0; t--) {
        int at = in.at(s, t, channel);
        double gt = g[at] * in.c.weight();
        dx = dx.plus(in.c.get(i).conjugate().times(gt));
        sums.dc.add(i, x.get((t + 1) * in.states + n).conjugate().times(gt));
        sums.db.add(i, dx.times(in.u[at]));
        sums.du[at] += in.b.get(i).conjugate().times(dx).re();
        sums.da.add(i, x.get(t * in.states + n).conjugate().times(dx));
        dx = in.a.get(i).conjugate().times(dx);
      }
      if (in.initial != null) {
        sums.dinitial.add(in.initialState(in.initial, s, channel) + n, dx);
      }
    }
    for (int t = 0; t < in.length; t++) {
      int at = in.at(s, t, channel);
      sums.du[at] += g[at] * in.skip[channel];
      sums.dskip[channel] += g[at] * in.u[at];
    }
  }

  @Override
  public NDList reference(NDList inputs) {
    requireShapes(inputs);
    boolean complex = isComplex(inputs);
    NDArray u = inputs.get(0);
    ComplexTensor a = ComplexTensor.of(inputs.get(1), complex);
    ComplexTensor b = ComplexTensor.of(inputs.get(2), complex);
    ComplexTensor c = ComplexTensor.of(inputs.get(3), complex);
    Shape states = new Shape(u.getShape().get(0)).addAll(a.re().getShape());
    NDArray zeros = u.getManager().zeros(states, u.getDataType());
    ComplexTensor x = new ComplexTensor(zeros, zeros);
    if (inputs.size() > 5) {
      x = x.plus(ComplexTensor.of(inputs.get(5), complex));
    }
    NDList outputs = new NDList();
    for (long t = 0; t < u.getShape().get(1); t++) {
      NDArray input = u.get(new NDIndex(":, " + t));
      x = a.times(x).plus(b.times(input.expandDims(2)));
      outputs.add(c.times(x).sum(complex).add(input.mul(inputs.get(4))));
    }
    NDArray y = outputs.isEmpty() ? u.zerosLike() : NDArrays.stack(outputs, 1);
    return new NDList(y, x.joined(complex));
  }

  private static void requireShapes(NDList inputs) {
    Shape u = inputs.get(0).getShape();
    Shape a = inputs.get(1).getShape();
    boolean right =
        u.dimension() == 3
            && (a.dimension() == 2 || (a.dimension() == 3 && a.get(2) == 2))
            && a.get(0) == u.get(2)
            && inputs.get(2).getShape().equals(a)
            && inputs.get(3).getShape().equals(a)
            && inputs.get(4).getShape().equals(u.slice(2));
    if (right && inputs.size() > 5) {
      Shape initial = inputs.get(5).getShape();
      right = initial.equals(a) || initial.equals(new Shape(u.get(0)).addAll(a));
    }
    if (!right) {
      throw new IllegalArgumentException(
          "The scan of S4 got %s; expected u (b, l, d), A, B and C (d, n) or (d, n, 2), D (d), and optionally the first state (d, n …) or (b, d, n …)."
              .formatted(inputs.stream().map(NDArray::getShape).toList()));
    }
  }
}
