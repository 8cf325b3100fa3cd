package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.Blas;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.Product;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.cuda.Cuda;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * y = x·Wᵀ + x[…, places]·Vᵀ with frozen W: the sparse ΔW is a gather of chosen columns of x, never
 * a dense matrix.
 *
 * <p>Inputs x (…, in), W (out, in), V (out, places); output (…, out).
 */
final class SparseColumnsLinear implements FusedOperator {

  private final int[] places;
  private @Nullable NDArray gathered;

  /**
   * @param places chosen columns of W, each once
   */
  SparseColumnsLinear(int[] places) {
    this.places = places;
  }

  @Override
  public Optional<FusedOperator> onGpu(NDList inputs) {
    return Cuda.operator(inputs, device -> new CudaSparseColumnsLinear(device, places));
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray x = inputs.get(0);
    NDArray y = Product.product(x, inputs.get(1));
    NDArray chosen = gather(x);
    Blas.multiply(
        1, Product.matrix(chosen), Product.matrix(inputs.get(2)).transpose(), 1, Product.matrix(y));
    if (differentiate) {
      gathered = chosen;
    } else {
      chosen.close();
    }
    return new NDList(y);
  }

  private NDArray gather(NDArray x) {
    int width = Product.matrix(x).columns();
    RawTensor from = RawTensor.of(x);
    int rows = from.size() / width;
    NDArray chosen = x.getManager().create(new Shape(rows, places.length));
    RawTensor to = RawTensor.of(chosen);
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < places.length; i++) {
        to.put(row * places.length + i, from.get(row * width + places[i]));
      }
    }
    return chosen;
  }

  /** Adds (rows, places) to the chosen columns of (rows, in). */
  private void scatter(NDArray chosen, NDArray x) {
    int width = Product.matrix(x).columns();
    RawTensor from = RawTensor.of(chosen);
    RawTensor to = RawTensor.of(x);
    for (int row = 0; row < to.size() / width; row++) {
      for (int i = 0; i < places.length; i++) {
        int at = row * width + places[i];
        to.put(at, to.get(at) + from.get(row * places.length + i));
      }
    }
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    NDArray g = outputGradients.get(0);
    NDArray chosen = Objects.requireNonNull(gathered);
    Product.addToW(gradients, 2, 1, g, chosen);
    if (gradients.needs(0)) {
      GradientSink.Target target = gradients.target(0);
      Blas.multiply(
          1,
          Product.matrix(g),
          Product.matrix(inputs.get(1)),
          target.beta(),
          Product.matrix(target.tensor()));
      // What was gathered is no longer needed: its place takes the gradient.
      Blas.multiply(1, Product.matrix(g), Product.matrix(inputs.get(2)), 0, Product.matrix(chosen));
      scatter(chosen, target.tensor());
    }
    chosen.close();
  }

  @Override
  public NDList reference(NDList inputs) {
    NDArray x = Product.rows(inputs.get(0));
    long[] columns = java.util.Arrays.stream(places).asLongStream().toArray();
    NDArray index = RawTensor.create(x.getManager(), columns, new Shape(columns.length));
    NDArray chosen = x.transpose().get(index).transpose();
    NDArray y = x.matMul(inputs.get(1).transpose()).add(chosen.matMul(inputs.get(2).transpose()));
    return new NDList(y.reshape(Product.outShape(inputs.get(0), inputs.get(1))));
  }
}
