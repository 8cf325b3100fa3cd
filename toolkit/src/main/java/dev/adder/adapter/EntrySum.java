package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.cuda.NativeTensor;

/**
 * W' = W + v at some entries. Inputs frozen W and v, both of any shape and read flat; output of W's
 * shape.
 */
final class EntrySum implements FusedOperator {

  private final int[] places;

  /**
   * @param places indices into the flattened W, each once
   */
  EntrySum(int[] places) {
    this.places = places;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray sum = inputs.get(0).duplicate();
    RawTensor to = RawTensor.of(sum);
    RawTensor values = RawTensor.of(inputs.get(1));
    for (int i = 0; i < places.length; i++) {
      to.put(places[i], to.get(places[i]) + values.get(i));
    }
    return new NDList(sum);
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    NDArray g = outputGradients.get(0);
    if (gradients.needs(1)) {
      RawTensor from = RawTensor.of(g);
      float[] values = new float[places.length];
      for (int i = 0; i < places.length; i++) {
        values[i] = from.get(places[i]);
      }
      gradients.add(1, RawTensor.create(g.getManager(), values, inputs.get(1).getShape()));
    }
    if (gradients.needs(0)) {
      gradients.add(0, g.duplicate());
    }
  }

  @Override
  public NDList reference(NDList inputs) {
    NDArray frozen = inputs.get(0);
    long[] indices = java.util.Arrays.stream(places).asLongStream().toArray();
    NDArray index = RawTensor.create(frozen.getManager(), indices, new Shape(indices.length));
    NDArray change =
        JniUtils.scatter(
            (PtNDArray) NativeTensor.filled(inputs.get(1), new Shape(frozen.size()), 0),
            (PtNDArray) index,
            (PtNDArray) inputs.get(1).flatten(),
            0);
    return new NDList(frozen.add(change.reshape(frozen.getShape())));
  }
}
