package dev.adder.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.cuda.Cuda;
import dev.adder.tensor.cuda.CudaLookup;
import java.util.Optional;
import jdk.incubator.vector.VectorMask;

/**
 * Rows of a table by index: an embedding, or the positions that count. Input table (…, d), read as
 * rows of d; output (shape of the indices, d).
 */
public final class RowLookup implements FusedOperator {

  private final long[] indices;
  private final Shape shape;

  /**
   * @param indices of rows; a row may be taken several times
   */
  public RowLookup(long[] indices) {
    this(indices, new Shape(indices.length));
  }

  /**
   * @param indices of rows
   * @param shape of the indices
   */
  public RowLookup(long[] indices, Shape shape) {
    this.indices = indices;
    this.shape = shape;
  }

  private static int width(NDArray table) {
    Shape shape = table.getShape();
    return Math.toIntExact(shape.get(shape.dimension() - 1));
  }

  @Override
  public Optional<FusedOperator> onGpu(NDList inputs) {
    requireRows(inputs.get(0));
    return Cuda.operator(inputs, device -> new CudaLookup(device, indices, shape));
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray table = inputs.get(0);
    requireRows(table);
    int width = width(table);
    NDArray rows = table.getManager().create(shape.add(width));
    RawTensor from = RawTensor.of(table);
    RawTensor to = RawTensor.of(rows);
    for (int i = 0; i < indices.length; i++) {
      to.copy(i * width, from, (int) indices[i] * width, width);
    }
    return new NDList(rows);
  }

  private void requireRows(NDArray table) {
    long rows = table.size() / width(table);
    for (long index : indices) {
      if (index < 0 || index >= rows) {
        throw new IllegalArgumentException(
            "Row %d is asked for, but there are %d. Use the model's own tokenizer."
                .formatted(index, rows));
      }
    }
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    RawTensor sums = gradients.target(0).zeroed();
    RawTensor g = RawTensor.of(outputGradients.get(0));
    int width = width(inputs.get(0));
    int whole = RawTensor.SPECIES.loopBound(width);
    VectorMask<Float> rest = RawTensor.SPECIES.indexInRange(whole, width);
    for (int i = 0; i < indices.length; i++) {
      int to = (int) indices[i] * width;
      int from = i * width;
      for (int j = 0; j < whole; j += RawTensor.LANES) {
        sums.store(sums.load(to + j).add(g.load(from + j)), to + j);
      }
      if (whole < width) {
        sums.store(sums.load(to + whole, rest).add(g.load(from + whole, rest)), to + whole, rest);
      }
    }
  }

  /** One-hot rows times the table: the engine's own lookup has no gradient. */
  @Override
  public NDList reference(NDList inputs) {
    NDArray table = Product.rows(inputs.get(0));
    requireRows(table);
    NDArray oneHot =
        RawTensor.create(table.getManager(), indices, new Shape(indices.length))
            .oneHot(Math.toIntExact(table.getShape().get(0)))
            .toType(table.getDataType(), false);
    return new NDList(oneHot.matMul(table).reshape(shape.add(width(table))));
  }
}
