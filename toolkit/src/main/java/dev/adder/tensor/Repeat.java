package dev.adder.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;

/**
 * A tensor once for each sequence of a batch, which is how a learned state or prompt meets its
 * batch. Input of any shape, read flat; output the given shape, which holds the input a whole
 * number of times, one behind the other.
 */
public final class Repeat implements FusedOperator {

  private final Shape shape;

  /**
   * @param shape of the output
   */
  public Repeat(Shape shape) {
    this.shape = shape;
  }

  private int times(NDArray input) {
    long size = input.size();
    if (size == 0 || shape.size() % size != 0) {
      throw new IllegalArgumentException(
          "A tensor of shape %s does not fit a whole number of times into %s."
              .formatted(input.getShape(), shape));
    }
    return Math.toIntExact(shape.size() / size);
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray input = inputs.get(0);
    int times = times(input);
    NDArray output = input.getManager().create(shape);
    RawTensor from = RawTensor.of(input);
    RawTensor to = RawTensor.of(output);
    for (int i = 0; i < times; i++) {
      to.copy(i * from.size(), from, 0, from.size());
    }
    return new NDList(output);
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    RawTensor sum = gradients.target(0).zeroed();
    RawTensor from = RawTensor.of(outputGradients.get(0));
    int whole = RawTensor.SPECIES.loopBound(sum.size());
    var rest = RawTensor.SPECIES.indexInRange(whole, sum.size());
    for (int start = 0; start < from.size(); start += sum.size()) {
      for (int i = 0; i < whole; i += RawTensor.LANES) {
        sum.store(sum.load(i).add(from.load(start + i)), i);
      }
      sum.store(sum.load(whole, rest).add(from.load(start + whole, rest)), whole, rest);
    }
  }

  @Override
  public NDList reference(NDList inputs) {
    NDArray input = inputs.get(0);
    int times = times(input);
    NDArray row = input.reshape(new Shape(1, input.size()));
    return new NDList(row.broadcast(new Shape(times, input.size())).reshape(shape));
  }
}
