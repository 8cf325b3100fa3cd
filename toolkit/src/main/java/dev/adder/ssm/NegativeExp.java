package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.RawTensor;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/** A = −exp(A_log). Input A_log (d, n); output (d, n). */
public final class NegativeExp implements FusedOperator {

  private static final VectorSpecies<Float> SPECIES = RawTensor.SPECIES;
  private static final int LANES = RawTensor.LANES;

  private @Nullable NDArray kept;

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray log = inputs.get(0);
    NDArray a = log.getManager().create(log.getShape());
    RawTensor from = RawTensor.of(log);
    RawTensor to = RawTensor.of(a);
    int whole = SPECIES.loopBound(from.size());
    for (int i = 0; i < whole; i += LANES) {
      to.store(VectorMath.exp(from.load(i)).neg(), i);
    }
    if (whole < from.size()) {
      VectorMask<Float> rest = SPECIES.indexInRange(whole, from.size());
      to.store(VectorMath.exp(from.load(whole, rest)).neg(), whole, rest);
    }
    kept = a;
    return new NDList(a);
  }

  /** d(−exp(l))/dl = −exp(l), written where the gradient belongs. */
  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    RawTensor a = RawTensor.of(Objects.requireNonNull(kept));
    RawTensor gradient = RawTensor.of(outputGradients.get(0));
    RawTensor to = gradients.target(0).zeroed();
    int whole = SPECIES.loopBound(a.size());
    for (int i = 0; i < whole; i += LANES) {
      to.store(to.load(i).add(a.load(i).mul(gradient.load(i))), i);
    }
    if (whole < a.size()) {
      VectorMask<Float> rest = SPECIES.indexInRange(whole, a.size());
      FloatVector product = a.load(whole, rest).mul(gradient.load(whole, rest));
      to.store(to.load(whole, rest).add(product), whole, rest);
    }
  }

  @Override
  public NDList reference(NDList inputs) {
    return new NDList(inputs.get(0).exp().neg());
  }
}
