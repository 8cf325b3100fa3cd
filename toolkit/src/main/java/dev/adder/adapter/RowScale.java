package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Workers;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * y ∘ m/‖W'‖ along the last axis, with the norms held constant (DoRA). Inputs y (…, out), m (out);
 * output (…, out).
 */
final class RowScale implements FusedOperator {

  private final double[] norms;

  /**
   * @param norms ‖w'_i‖, positive
   */
  RowScale(double[] norms) {
    this.norms = norms;
  }

  private float[] factors(NDArray m) {
    float[] factors = m.toFloatArray();
    for (int i = 0; i < factors.length; i++) {
      factors[i] = (float) (factors[i] / norms[i]);
    }
    return factors;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    return new NDList(scaled(inputs.get(0), factors(inputs.get(1))));
  }

  private NDArray scaled(NDArray y, float[] factors) {
    NDArray scaled = y.getManager().create(y.getShape());
    RawTensor from = RawTensor.of(y);
    RawTensor to = RawTensor.of(scaled);
    int out = norms.length;
    Workers.run(
        from.size() / out,
        row -> {
          for (int i = 0; i < out; i += RawTensor.LANES) {
            VectorMask<Float> lanes = RawTensor.SPECIES.indexInRange(i, out);
            FloatVector factor = FloatVector.fromArray(RawTensor.SPECIES, factors, i, lanes);
            to.store(from.load(row * out + i, lanes).mul(factor), row * out + i, lanes);
          }
        });
    return scaled;
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    NDArray g = outputGradients.get(0);
    if (gradients.needs(0)) {
      gradients.add(0, scaled(g, factors(inputs.get(1))));
    }
    if (gradients.needs(1)) {
      float[] sums = new float[norms.length];
      RawTensor y = RawTensor.of(inputs.get(0));
      RawTensor incoming = RawTensor.of(g);
      for (int at = 0; at < y.size(); at += sums.length) {
        add(y, incoming, at, sums);
      }
      for (int i = 0; i < sums.length; i++) {
        sums[i] = (float) (sums[i] / norms[i]);
      }
      gradients.add(1, RawTensor.create(g.getManager(), sums, new Shape(sums.length)));
    }
  }

  private static void add(RawTensor y, RawTensor g, int at, float[] sums) {
    for (int i = 0; i < sums.length; i += RawTensor.LANES) {
      VectorMask<Float> lanes = RawTensor.SPECIES.indexInRange(i, sums.length);
      FloatVector sum = FloatVector.fromArray(RawTensor.SPECIES, sums, i, lanes);
      y.load(at + i, lanes).fma(g.load(at + i, lanes), sum).intoArray(sums, i, lanes);
    }
  }

  @Override
  public NDList reference(NDList inputs) {
    NDArray y = inputs.get(0);
    return new NDList(y.mul(inputs.get(1).div(RowMagnitudes.tensor(norms, y))));
  }
}
