package dev.adder.tensor;

import ai.djl.ndarray.NDArray;

/** a ← a + b over all of two tensors of one shape. */
final class Addition {

  private static final int PIECE = 1 << 15;

  private Addition() {}

  static void addTo(NDArray a, NDArray b) {
    if (!RawTensor.isFloat(a)) {
      a.addi(b);
      return;
    }
    RawTensor to = RawTensor.of(a);
    RawTensor from = RawTensor.of(b);
    int size = to.size();
    Workers.run(
        (size + PIECE - 1) / PIECE,
        piece -> {
          int at = piece * PIECE;
          int end = Math.min(size, at + PIECE);
          for (; at + RawTensor.LANES <= end; at += RawTensor.LANES) {
            to.store(to.load(at).add(from.load(at)), at);
          }
          if (at < end) {
            var rest = RawTensor.SPECIES.indexInRange(at, end);
            to.store(to.load(at, rest).add(from.load(at, rest)), at, rest);
          }
        });
  }
}
