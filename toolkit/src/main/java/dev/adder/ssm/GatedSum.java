package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Workers;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * y + u ∘ SiLU(z): what is added to the output of {@link SelectiveScan} as if it had been there
 * before the gate.
 *
 * <p>Inputs y (…, d), z before SiLU (…, d), u (…, d) or (d), the same in every row; output (…, d).
 */
public final class GatedSum implements FusedOperator {

  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = VectorMath.LANES;

  private static int width(NDList inputs) {
    Shape shape = inputs.get(0).getShape();
    return Math.toIntExact(shape.get(shape.dimension() - 1));
  }

  /** What is added in each row begins at row · stride. */
  private static int stride(NDList inputs) {
    return inputs.get(2).getShape().dimension() == 1 ? 0 : width(inputs);
  }

  private static VectorMask<Float> lanes(int at, int width) {
    return SPECIES.indexInRange(at, width);
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray y = inputs.get(0);
    int width = width(inputs);
    int stride = stride(inputs);
    NDArray sum = y.getManager().create(y.getShape());
    RawTensor out = RawTensor.of(sum);
    RawTensor before = RawTensor.of(y);
    RawTensor z = RawTensor.of(inputs.get(1));
    RawTensor u = RawTensor.of(inputs.get(2));
    Workers.run(
        rows(out, width),
        row -> {
          for (int i = 0; i < width; i += LANES) {
            VectorMask<Float> lanes = lanes(i, width);
            FloatVector gate = z.load(row * width + i, lanes);
            FloatVector silu = gate.mul(VectorMath.sigmoid(gate));
            out.store(
                u.load(row * stride + i, lanes).fma(silu, before.load(row * width + i, lanes)),
                row * width + i,
                lanes);
          }
        });
    return new NDList(sum);
  }

  private static int rows(RawTensor tensor, int width) {
    return width == 0 ? 0 : tensor.size() / width;
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    NDArray gradient = outputGradients.get(0);
    int width = width(inputs);
    int stride = stride(inputs);
    NDArray ofZ = gradient.getManager().create(gradient.getShape());
    NDArray ofU = gradient.getManager().create(gradient.getShape());
    RawTensor g = RawTensor.of(gradient);
    RawTensor z = RawTensor.of(inputs.get(1));
    RawTensor u = RawTensor.of(inputs.get(2));
    RawTensor dz = RawTensor.of(ofZ);
    RawTensor du = RawTensor.of(ofU);
    Workers.run(
        rows(g, width),
        row -> {
          for (int i = 0; i < width; i += LANES) {
            VectorMask<Float> lanes = lanes(i, width);
            int at = row * width + i;
            FloatVector gate = z.load(at, lanes);
            FloatVector sigmoid = VectorMath.sigmoid(gate);
            FloatVector silu = gate.mul(sigmoid);
            FloatVector slope = sigmoid.mul(gate.sub(silu).add(1f));
            FloatVector incoming = g.load(at, lanes);
            du.store(incoming.mul(silu), at, lanes);
            dz.store(incoming.mul(u.load(row * stride + i, lanes)).mul(slope), at, lanes);
          }
        });
    if (gradients.needs(0)) {
      gradients.add(0, gradient.duplicate());
    }
    gradients.offer(1, ofZ);
    if (stride == 0 && gradients.needs(2)) {
      addRows(du, width, gradients.target(2).zeroed());
      ofU.close();
    } else {
      gradients.offer(2, ofU);
    }
  }

  private static void addRows(RawTensor rows, int width, RawTensor sum) {
    for (int row = 0; row < rows(rows, width); row++) {
      for (int i = 0; i < width; i += LANES) {
        VectorMask<Float> lanes = lanes(i, width);
        sum.store(sum.load(i, lanes).add(rows.load(row * width + i, lanes)), i, lanes);
      }
    }
  }

  @Override
  public NDList reference(NDList inputs) {
    NDArray z = inputs.get(1);
    return new NDList(inputs.get(0).add(inputs.get(2).mul(z.mul(Activation.sigmoid(z)))));
  }
}
