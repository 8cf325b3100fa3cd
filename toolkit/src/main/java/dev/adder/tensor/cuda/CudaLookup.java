package dev.adder.tensor.cuda;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.DeviceOperator;

/** A lookup of rows on a GPU: the engine's forward, and a way back that adds up by row. */
public final class CudaLookup implements DeviceOperator {

  private final CudaDevice device;
  private final long[] indices;
  private final Shape shape;

  /**
   * @param indices of rows of the table
   * @param shape of the indices
   */
  public CudaLookup(CudaDevice device, long[] indices, Shape shape) {
    this.device = device;
    this.indices = indices;
    this.shape = shape;
  }

  private static long width(NDArray table) {
    return table.getShape().get(table.getShape().dimension() - 1);
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray table = inputs.get(0);
    NDArray index = table.getManager().create(indices);
    NDArray rows = table.reshape(-1, width(table)).get(index);
    return new NDList(rows.reshape(shape.add(width(table))));
  }

  @Override
  public NDList gradients(NDList inputs, NDList outputGradients, boolean[] needed) {
    NDArray table = inputs.get(0);
    long width = width(table);
    NDArray g = outputGradients.get(0).reshape(-1, width);
    NDArray sums = CudaRows.sum(device, g, indices, table.size() / width);
    return new NDList(sums.reshape(table.getShape()));
  }
}
