package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.RawTensor;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/** A = −exp(A_log). Input A_log (d, n); output (d, n). */
public final class NegativeExp implements FusedOperator {

  private static final int LANES = RawTensor.LANES;

  private @Nullable NDArray kept;

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray log = inputs.get(0);
    NDArray a = log.getManager().create(log.getShape());
    float[] values = padded(log);
    for (int i = 0; i < values.length; i += LANES) {
      VectorMath.exp(FloatVector.fromArray(RawTensor.SPECIES, values, i))
          .neg()
          .intoArray(values, i);
    }
    RawTensor.of(a).write(0, values, 0, Math.toIntExact(log.size()));
    kept = a;
    return new NDList(a);
  }

  private static float[] padded(NDArray tensor) {
    int size = Math.toIntExact(tensor.size());
    float[] values = new float[RawTensor.SPECIES.loopBound(size + LANES - 1)];
    RawTensor.of(tensor).read(0, values, 0, size);
    return values;
  }

  /** d(−exp(l))/dl = −exp(l). */
  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    NDArray a = Objects.requireNonNull(kept);
    NDArray gradient = a.getManager().create(a.getShape());
    float[] values = padded(a);
    float[] g = padded(outputGradients.get(0));
    for (int i = 0; i < values.length; i += LANES) {
      FloatVector.fromArray(RawTensor.SPECIES, values, i)
          .mul(FloatVector.fromArray(RawTensor.SPECIES, g, i))
          .intoArray(values, i);
    }
    RawTensor.of(gradient).write(0, values, 0, Math.toIntExact(a.size()));
    gradients.add(0, gradient);
  }

  @Override
  public NDList reference(NDList inputs) {
    return new NDList(inputs.get(0).exp().neg());
  }
}
