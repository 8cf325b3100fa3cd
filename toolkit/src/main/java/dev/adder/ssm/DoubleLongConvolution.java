package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.RawTensor;

/** {@link LongConvolution} in float64: the same sums in scalar loops. */
final class DoubleLongConvolution {

  private final NDArray owner;
  private final int batch;
  private final int length;
  private final int channels;
  private final double[] u;
  private final double[] kernel;
  private final double[] skip;
  private final double[] response;

  DoubleLongConvolution(NDList inputs) {
    owner = inputs.get(0);
    Shape shape = owner.getShape();
    batch = Math.toIntExact(shape.get(0));
    length = Math.toIntExact(shape.get(1));
    channels = Math.toIntExact(shape.get(2));
    u = RawTensor.of(owner).toDoubleArray();
    kernel = RawTensor.of(inputs.get(1)).toDoubleArray();
    skip = RawTensor.of(inputs.get(2)).toDoubleArray();
    response =
        inputs.size() > 3 ? RawTensor.of(inputs.get(3)).toDoubleArray() : new double[kernel.length];
  }

  private int at(int sequence, int time) {
    return (sequence * length + time) * channels;
  }

  NDArray forward() {
    double[] y = new double[u.length];
    for (int s = 0; s < batch; s++) {
      for (int t = 0; t < length; t++) {
        for (int c = 0; c < channels; c++) {
          double sum = skip[c] * u[at(s, t) + c] + response[t * channels + c];
          for (int j = 0; j <= t; j++) {
            sum += kernel[(t - j) * channels + c] * u[at(s, j) + c];
          }
          y[at(s, t) + c] = sum;
        }
      }
    }
    return RawTensor.create(owner.getManager(), y, owner.getShape());
  }

  void backward(NDArray outputGradient, GradientSink gradients) {
    double[] g = RawTensor.of(outputGradient).toDoubleArray();
    double[] du = new double[u.length];
    double[] dkernel = new double[kernel.length];
    double[] dskip = new double[channels];
    for (int s = 0; s < batch; s++) {
      for (int t = 0; t < length; t++) {
        for (int c = 0; c < channels; c++) {
          double gt = g[at(s, t) + c];
          dskip[c] += gt * u[at(s, t) + c];
          du[at(s, t) + c] += gt * skip[c];
          for (int j = 0; j <= t; j++) {
            du[at(s, j) + c] += gt * kernel[(t - j) * channels + c];
            dkernel[(t - j) * channels + c] += gt * u[at(s, j) + c];
          }
        }
      }
    }
    add(gradients, 0, du, owner.getShape());
    add(gradients, 1, dkernel, new Shape(length, channels));
    add(gradients, 2, dskip, new Shape(channels));
  }

  private void add(GradientSink gradients, int input, double[] values, Shape shape) {
    if (gradients.needs(input)) {
      gradients.add(input, RawTensor.create(owner.getManager(), values, shape));
    }
  }
}
