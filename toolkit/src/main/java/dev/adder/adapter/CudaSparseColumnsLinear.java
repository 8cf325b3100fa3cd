package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.adder.tensor.DeviceOperator;
import dev.adder.tensor.cuda.CudaColumns;
import dev.adder.tensor.cuda.CudaDevice;
import dev.adder.tensor.cuda.CudaProduct;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@link SparseColumnsLinear} on a GPU: chosen columns by kernels, products by the engine, in the
 * type of x; V and its gradient stay float32 beside bf16.
 */
final class CudaSparseColumnsLinear implements DeviceOperator {

  private final CudaDevice device;
  private final int[] places;
  private @Nullable CudaColumns columns;
  private @Nullable NDArray gathered;

  /**
   * @param places chosen columns of W, each once
   */
  CudaSparseColumnsLinear(CudaDevice device, int[] places) {
    this.device = device;
    this.places = places;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray x = inputs.get(0);
    columns = CudaColumns.of(device, places, x);
    NDArray y = CudaProduct.product(x, inputs.get(1));
    NDArray chosen = columns.gather(CudaProduct.rows(x));
    try (NDArray path = CudaProduct.product(chosen, inputs.get(2))) {
      y.addi(path.reshape(y.getShape()));
    }
    if (differentiate) {
      gathered = chosen;
    } else {
      chosen.close();
    }
    return new NDList(y);
  }

  @Override
  public NDList gradients(NDList inputs, NDList outputGradients, boolean[] needed) {
    NDArray g = outputGradients.get(0);
    NDArray chosen = Objects.requireNonNull(gathered);
    NDList gradients =
        new NDList(
            needed[0] ? ofX(g, inputs) : null,
            needed[1] ? CudaProduct.ofW(g, inputs.get(0), inputs.get(1)) : null,
            needed[2] ? CudaProduct.ofW(g, chosen, inputs.get(2)) : null);
    chosen.close();
    return gradients;
  }

  private NDArray ofX(NDArray g, NDList inputs) {
    NDArray sum = CudaProduct.ofX(g, inputs.get(1));
    try (NDArray ofChosen = CudaProduct.ofX(CudaProduct.rows(g), inputs.get(2))) {
      Objects.requireNonNull(columns).add(CudaProduct.rows(sum), ofChosen);
    }
    return sum;
  }
}
