package dev.adder.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * Rows of a table by index: an embedding, or the positions that count. Input table (rows, d);
 * output (number of indices, d).
 */
public final class RowLookup implements FusedOperator {

  private final long[] indices;

  /**
   * @param indices of rows; a row may be taken several times
   */
  public RowLookup(long[] indices) {
    this.indices = indices;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray table = inputs.get(0);
    requireRows(table);
    return new NDList(table.get(rows(table)));
  }

  private NDArray rows(NDArray table) {
    return RawTensor.create(table.getManager(), indices, new Shape(indices.length));
  }

  private void requireRows(NDArray table) {
    long rows = table.getShape().get(0);
    for (long index : indices) {
      if (index < 0 || index >= rows) {
        throw new IllegalArgumentException(
            "Row %d is asked for, but there are %d. Use the model's own tokenizer."
                .formatted(index, rows));
      }
    }
  }

  @Override
  public NDList backward(NDList inputs, NDList outputGradients, boolean[] needed) {
    Shape shape = inputs.get(0).getShape();
    int width = Math.toIntExact(shape.get(1));
    if (outputGradients.get(0).getDataType() == DataType.FLOAT64) {
      double[] gradient = new double[Math.toIntExact(shape.size())];
      double[] g = RawTensor.of(outputGradients.get(0)).toDoubleArray();
      for (int i = 0; i < indices.length; i++) {
        int to = Math.toIntExact(indices[i] * width);
        for (int j = 0; j < width; j++) {
          gradient[to + j] += g[i * width + j];
        }
      }
      return new NDList(RawTensor.create(inputs.get(0).getManager(), gradient, shape));
    }
    float[] sums = new float[Math.toIntExact(shape.size())];
    float[] g = RawTensor.of(outputGradients.get(0)).toFloatArray();
    for (int i = 0; i < indices.length; i++) {
      int to = Math.toIntExact(indices[i] * width);
      for (int j = 0; j < width; j++) {
        sums[to + j] += g[i * width + j];
      }
    }
    return new NDList(RawTensor.create(inputs.get(0).getManager(), sums, shape));
  }

  /** One-hot rows times the table: the engine's own lookup has no gradient. */
  @Override
  public NDList reference(NDList inputs) {
    NDArray table = inputs.get(0);
    requireRows(table);
    NDArray oneHot =
        rows(table)
            .oneHot(Math.toIntExact(table.getShape().get(0)))
            .toType(table.getDataType(), false);
    return new NDList(oneHot.matMul(table));
  }
}
