package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.RawTensor;
import org.jspecify.annotations.Nullable;

/** {@link SelectiveScan} in float64: the same sums in scalar loops, with all states kept. */
final class DoubleScan {

  private final NDArray owner;
  private final boolean initial;
  private final int batch;
  private final int length;
  private final int channels;
  private final int states;
  private final double[] x;
  private final double[] raw;
  private final double[] a;
  private final double[] b;
  private final double[] c;
  private final double[] skip;
  private final double[] z;

  /** States by (sequence, time before each step and behind the last, channel, state). */
  private final double[] h;

  DoubleScan(NDList inputs) {
    owner = inputs.get(0);
    Shape shape = owner.getShape();
    batch = Math.toIntExact(shape.get(0));
    length = Math.toIntExact(shape.get(1));
    channels = Math.toIntExact(shape.get(2));
    states = Math.toIntExact(inputs.get(3).getShape().get(1));
    initial = inputs.size() > 8;
    x = RawTensor.of(inputs.get(0)).toDoubleArray();
    raw = RawTensor.of(inputs.get(1)).toDoubleArray();
    double[] bias = RawTensor.of(inputs.get(2)).toDoubleArray();
    for (int i = 0; i < raw.length; i++) {
      raw[i] += bias[i % channels];
    }
    a = RawTensor.of(inputs.get(3)).toDoubleArray();
    b = RawTensor.of(inputs.get(4)).toDoubleArray();
    c = RawTensor.of(inputs.get(5)).toDoubleArray();
    skip = RawTensor.of(inputs.get(6)).toDoubleArray();
    z = RawTensor.of(inputs.get(7)).toDoubleArray();
    h = new double[batch * (length + 1) * channels * states];
    if (initial) {
      double[] h0 = RawTensor.of(inputs.get(8)).toDoubleArray();
      for (int s = 0; s < batch; s++) {
        System.arraycopy(h0, s * channels * states, h, state(s, 0, 0), channels * states);
      }
    }
  }

  private int state(int sequence, int time, int channel) {
    return ((sequence * (length + 1) + time) * channels + channel) * states;
  }

  NDList forward() {
    double[] y = new double[x.length];
    for (int s = 0; s < batch; s++) {
      for (int t = 0; t < length; t++) {
        for (int ch = 0; ch < channels; ch++) {
          int at = (s * length + t) * channels + ch;
          double delta = softplus(raw[at]);
          for (int n = 0; n < states; n++) {
            h[state(s, t + 1, ch) + n] =
                Math.exp(delta * a[ch * states + n]) * h[state(s, t, ch) + n]
                    + delta * x[at] * b[(s * length + t) * states + n];
          }
          y[at] = read(s, t, ch) * z[at] * sigmoid(z[at]);
        }
      }
    }
    double[] last = new double[batch * channels * states];
    for (int s = 0; s < batch; s++) {
      System.arraycopy(h, state(s, length, 0), last, s * channels * states, channels * states);
    }
    return new NDList(
        RawTensor.create(owner.getManager(), y, owner.getShape()),
        RawTensor.create(owner.getManager(), last, new Shape(batch, channels, states)));
  }

  /** C h + D x. */
  private double read(int s, int t, int ch) {
    double sum = skip[ch] * x[(s * length + t) * channels + ch];
    for (int n = 0; n < states; n++) {
      sum += c[(s * length + t) * states + n] * h[state(s, t + 1, ch) + n];
    }
    return sum;
  }

  void backward(NDList outputGradients, GradientSink to) {
    double[] gy = values(outputGradients.get(0), x.length);
    double[] dh = values(outputGradients.get(1), batch * channels * states);
    double[] dx = new double[x.length];
    double[] draw = new double[x.length];
    double[] da = new double[a.length];
    double[] db = new double[b.length];
    double[] dc = new double[c.length];
    double[] dbias = new double[channels];
    double[] dskip = new double[skip.length];
    double[] dz = new double[z.length];
    for (int s = 0; s < batch; s++) {
      for (int t = length - 1; t >= 0; t--) {
        for (int ch = 0; ch < channels; ch++) {
          int row = s * length + t;
          int at = row * channels + ch;
          double sigmoid = sigmoid(z[at]);
          double silu = z[at] * sigmoid;
          dz[at] = gy[at] * read(s, t, ch) * sigmoid * (1 + z[at] - silu);
          double g = gy[at] * silu;
          double delta = softplus(raw[at]);
          double ddrive = 0;
          double ddelta = 0;
          for (int n = 0; n < states; n++) {
            int hn = (s * channels + ch) * states + n;
            double d = dh[hn] + g * c[row * states + n];
            dc[row * states + n] += g * h[state(s, t + 1, ch) + n];
            db[row * states + n] += d * delta * x[at];
            ddrive += d * b[row * states + n];
            dh[hn] = d * Math.exp(delta * a[ch * states + n]);
            double dexponent = dh[hn] * h[state(s, t, ch) + n];
            ddelta += dexponent * a[ch * states + n];
            da[ch * states + n] += dexponent * delta;
          }
          dskip[ch] += g * x[at];
          dx[at] = ddrive * delta + g * skip[ch];
          draw[at] = (ddrive * x[at] + ddelta) * sigmoid(raw[at]);
          dbias[ch] += draw[at];
        }
      }
    }
    Shape selective = new Shape(batch, length, states);
    NDList gradients =
        new NDList(
            RawTensor.create(owner.getManager(), dx, owner.getShape()),
            RawTensor.create(owner.getManager(), draw, owner.getShape()),
            RawTensor.create(owner.getManager(), dbias, new Shape(channels)),
            RawTensor.create(owner.getManager(), da, new Shape(channels, states)),
            RawTensor.create(owner.getManager(), db, selective),
            RawTensor.create(owner.getManager(), dc, selective),
            RawTensor.create(owner.getManager(), dskip, new Shape(channels)),
            RawTensor.create(owner.getManager(), dz, owner.getShape()));
    if (initial) {
      gradients.add(RawTensor.create(owner.getManager(), dh, new Shape(batch, channels, states)));
    }
    for (int i = 0; i < gradients.size(); i++) {
      if (to.needs(i)) {
        to.add(i, gradients.get(i));
      }
    }
  }

  private static double[] values(@Nullable NDArray gradient, int size) {
    return gradient == null ? new double[size] : RawTensor.of(gradient).toDoubleArray();
  }

  private static double softplus(double v) {
    return Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
  }

  private static double sigmoid(double v) {
    return 1 / (1 + Math.exp(-v));
  }
}
