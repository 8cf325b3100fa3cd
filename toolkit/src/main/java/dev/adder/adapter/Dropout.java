package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Workers;
import dev.adder.tensor.cuda.CudaDevice;
import dev.adder.tensor.cuda.CudaDropout;
import java.util.Optional;

/**
 * Sets a share of numbers to 0 and scales the others by 1/(1 − rate). Which, is a pure function of
 * the key, so that the way back needs no mask.
 *
 * @param rate in [0, 1); 0 drops nothing
 * @param random the key
 */
record Dropout(float rate, KeyedRandom random) {

  private static final int PIECE = 1 << 12;

  boolean drops() {
    return rate > 0;
  }

  /** The same on a GPU; empty where nothing is dropped. */
  Optional<CudaDropout> onGpu(CudaDevice device) {
    return drops() ? Optional.of(new CudaDropout(device, rate, random)) : Optional.empty();
  }

  /** x with some numbers dropped. */
  NDArray apply(NDArray x) {
    NDArray dropped = x.getManager().create(x.getShape(), x.getDataType());
    pass(x, dropped, false);
    return dropped;
  }

  /** to ← to + what the gradient of {@link #apply}'s output means for its input. */
  void addBack(NDArray gradient, NDArray to) {
    pass(gradient, to, true);
  }

  private void pass(NDArray from, NDArray to, boolean add) {
    RawTensor source = RawTensor.of(from);
    RawTensor target = RawTensor.of(to);
    int size = source.size();
    float kept = 1 / (1 - rate);
    Workers.run(
        (size + PIECE - 1) / PIECE,
        piece -> {
          int start = piece * PIECE;
          int count = Math.min(PIECE, size - start);
          float[] values = new float[count];
          float[] present = new float[count];
          source.read(start, values, 0, count);
          if (add) {
            target.read(start, present, 0, count);
          }
          for (int i = 0; i < count; i++) {
            boolean dropped = random.uniform(start + i) < rate;
            present[i] += dropped ? 0 : values[i] * kept;
          }
          target.write(start, present, 0, count);
        });
  }

  /** What each number of a tensor is multiplied by. */
  NDArray mask(NDArray x) {
    float[] keep = new float[Math.toIntExact(x.size())];
    float kept = 1 / (1 - rate);
    for (int i = 0; i < keep.length; i++) {
      keep[i] = random.uniform(i) < rate ? 0 : kept;
    }
    return RawTensor.create(x.getManager(), keep, x.getShape()).toType(x.getDataType(), false);
  }
}
