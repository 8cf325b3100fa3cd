package dev.adder.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;

/**
 * Puts tensors side by side along the last axis, the way back of {@link Split}. Inputs (…, d₁), (…,
 * d₂), …; output (…, d₁ + d₂ + …).
 */
public final class Join implements FusedOperator {

  private static long width(NDArray tensor) {
    return tensor.getShape().get(tensor.getShape().dimension() - 1);
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray first = inputs.get(0);
    Shape front = first.getShape().slice(0, first.getShape().dimension() - 1);
    long width = inputs.stream().mapToLong(Join::width).sum();
    NDArray joined = first.getManager().create(front.add(width));
    Split.copy(joined, inputs, sizes(inputs), false);
    return new NDList(joined);
  }

  private static long[] sizes(NDList parts) {
    return parts.stream().mapToLong(Join::width).toArray();
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    NDList parts = new NDList();
    for (NDArray input : inputs) {
      parts.add(input.getManager().create(input.getShape()));
    }
    Split.copy(outputGradients.get(0), parts, sizes(inputs), true);
    for (int i = 0; i < parts.size(); i++) {
      gradients.offer(i, parts.get(i));
    }
  }

  @Override
  public NDList reference(NDList inputs) {
    return new NDList(NDArrays.concat(inputs, inputs.get(0).getShape().dimension() - 1));
  }
}
