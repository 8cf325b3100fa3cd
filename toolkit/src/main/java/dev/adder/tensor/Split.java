package dev.adder.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;

/** Cuts the last axis into ranges. Input (…, d); outputs (…, size) for each size in order. */
public final class Split implements FusedOperator {

  private final long[] sizes;

  /**
   * @param sizes of the ranges; they add up to d
   */
  public Split(long... sizes) {
    this.sizes = sizes;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDList ranges = new NDList();
    reference(inputs).forEach(range -> ranges.add(range.duplicate()));
    return ranges;
  }

  @Override
  public NDList backward(NDList inputs, NDList outputGradients, boolean[] needed) {
    int last = inputs.get(0).getShape().dimension() - 1;
    return new NDList(NDArrays.concat(outputGradients, last));
  }

  @Override
  public NDList reference(NDList inputs) {
    NDList ranges = new NDList();
    NDArray x = inputs.get(0);
    long from = 0;
    for (long size : sizes) {
      ranges.add(x.get(new NDIndex("..., " + from + ":" + (from + size))));
      from += size;
    }
    return ranges;
  }
}
