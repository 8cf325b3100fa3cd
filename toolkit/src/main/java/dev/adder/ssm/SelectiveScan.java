package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.cuda.Cuda;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Selective scan with step size, skip and gate: Δ = softplus(δ + bias), h_t = exp(Δ_t A) ∘ h_{t−1}
 * + Δ_t x_t B_t, y_t = (C_t h_t + D x_t) ∘ SiLU(z_t) (Mamba, Algorithm 2).
 *
 * <p>A is discretised by zero-order hold, B by Euler's rule as in the official code. b batch, l
 * length, d channels, n states.
 *
 * <p>Inputs, in order: x (b, l, d); δ before bias and softplus (b, l, d); its bias (d); A, negative
 * (d, n); B (b, l, n); C (b, l, n); D (d); z before SiLU (b, l, d); and optionally h₀ (b, d, n),
 * zero if left out. Outputs: y (b, l, d) and the last state (b, d, n).
 */
public final class SelectiveScan implements FusedOperator {

  private @Nullable ScanKernel kernel;
  private @Nullable DoubleScan doubles;

  @Override
  public boolean accepts(NDList inputs) {
    return RawTensor.isReal(inputs.get(0));
  }

  @Override
  public Optional<FusedOperator> onGpu(NDList inputs) {
    requireShapes(inputs);
    return Cuda.operator(inputs, CudaScan::new);
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    requireShapes(inputs);
    if (inputs.get(0).getDataType() == DataType.FLOAT64) {
      doubles = new DoubleScan(inputs);
      return doubles.forward();
    }
    ScanKernel scan = new ScanKernel(inputs);
    kernel = differentiate ? scan : null;
    return scan.forward(differentiate);
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    if (doubles != null) {
      doubles.backward(outputGradients, gradients);
    } else {
      Objects.requireNonNull(kernel)
          .backward(outputGradients.get(0), outputGradients.get(1), gradients);
    }
  }

  @Override
  public NDList reference(NDList inputs) {
    requireShapes(inputs);
    NDArray x = inputs.get(0);
    NDArray delta = softplus(inputs.get(1).add(inputs.get(2)));
    NDArray a = inputs.get(3);
    NDArray b = inputs.get(4);
    NDArray c = inputs.get(5);
    NDArray skip = inputs.get(6);
    NDArray z = inputs.get(7);
    NDArray h = inputs.size() > 8 ? inputs.get(8) : emptyState(inputs);
    List<NDArray> outputs = new ArrayList<>();
    for (long t = 0; t < x.getShape().get(1); t++) {
      NDArray step = at(delta, t).expandDims(2);
      NDArray decay = step.mul(a).exp();
      NDArray drive = step.mul(at(x, t).expandDims(2)).mul(at(b, t).expandDims(1));
      h = decay.mul(h).add(drive);
      NDArray read = h.mul(at(c, t).expandDims(1)).sum(new int[] {2});
      outputs.add(read.add(skip.mul(at(x, t))).mul(silu(at(z, t))));
    }
    NDArray y = outputs.isEmpty() ? x.zerosLike() : NDArrays.stack(new NDList(outputs), 1);
    return new NDList(y, h);
  }

  private static NDArray at(NDArray tensor, long t) {
    return tensor.get(new NDIndex(":, " + t));
  }

  private static NDArray softplus(NDArray x) {
    // max(x, 0) + ln(1 + e^−|x|), which overflows nowhere.
    return Activation.relu(x).add(x.abs().neg().exp().add(1).log());
  }

  private static NDArray silu(NDArray x) {
    return x.mul(Activation.sigmoid(x));
  }

  private static NDArray emptyState(NDList inputs) {
    Shape x = inputs.get(0).getShape();
    long states = inputs.get(3).getShape().get(1);
    return inputs
        .get(0)
        .getManager()
        .zeros(new Shape(x.get(0), x.get(2), states), inputs.get(0).getDataType());
  }

  private static void requireShapes(NDList inputs) {
    if (inputs.size() != 8 && inputs.size() != 9) {
      throw new IllegalArgumentException(
          "The scan got %d inputs; it takes x, δ, bias, A, B, C, D, z and optionally h₀."
              .formatted(inputs.size()));
    }
    Shape x = inputs.get(0).getShape();
    Shape a = inputs.get(3).getShape();
    if (x.dimension() != 3 || a.dimension() != 2) {
      throw new IllegalArgumentException(
          "The scan got x %s and A %s; expected (b, l, d) and (d, n).".formatted(x, a));
    }
    Shape channels = new Shape(x.get(2));
    Shape selective = new Shape(x.get(0), x.get(1), a.get(1));
    require("δ", inputs.get(1), x);
    require("bias", inputs.get(2), channels);
    require("A", inputs.get(3), new Shape(x.get(2), a.get(1)));
    require("B", inputs.get(4), selective);
    require("C", inputs.get(5), selective);
    require("D", inputs.get(6), channels);
    require("z", inputs.get(7), x);
    if (inputs.size() == 9) {
      require("h₀", inputs.get(8), new Shape(x.get(0), x.get(2), a.get(1)));
    }
  }

  private static void require(String name, NDArray tensor, Shape expected) {
    if (!tensor.getShape().equals(expected)) {
      throw new IllegalArgumentException(
          "The scan got %s of shape %s; beside the other inputs it must be %s."
              .formatted(name, tensor.getShape(), expected));
    }
  }
}
