package dev.adder.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.adder.ssm.RmsNorm;
import dev.adder.tensor.Tape;
import org.jspecify.annotations.Nullable;

/**
 * The residual stream between two blocks. What a block adds to it is kept apart until the next
 * norm, which adds both in one pass.
 *
 * @param residual (b, l, d_model)
 * @param branch what the last block adds, of the same shape; null before the first block
 */
record Stream(NDArray residual, @Nullable NDArray branch) {

  /** The normed stream, and the stream itself. */
  NDList norm(Tape tape, double epsilon, NDArray weight) {
    if (branch == null) {
      return new NDList(tape.apply(new RmsNorm(epsilon), residual, weight).get(0), residual);
    }
    return tape.apply(new RmsNorm(epsilon), residual, branch, weight);
  }

  /**
   * Through a block from an empty past; what it computes is kept, or computed anew, as the tape
   * does.
   */
  Stream through(Tape tape, MambaBlock block) {
    if (!tape.recomputes()) {
      return block.forward(tape, this, null);
    }
    NDArray[] inputs = branch == null ? new NDArray[] {residual} : new NDArray[] {residual, branch};
    NDList outputs =
        tape.recomputed(
            (inner, given) -> {
              Stream before = new Stream(given.get(0), given.size() > 1 ? given.get(1) : null);
              Stream after = block.forward(inner, before, null);
              return branch == null
                  ? new NDList(after.branch())
                  : new NDList(after.residual(), after.branch());
            },
            inputs);
    return branch == null
        ? new Stream(residual, outputs.get(0))
        : new Stream(outputs.get(0), outputs.get(1));
  }
}
