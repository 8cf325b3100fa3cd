package dev.adder.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.adder.ssm.RmsNorm;
import dev.adder.tensor.Tape;
import dev.adder.tensor.cuda.NativeTensor;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The residual stream between two blocks. What a block adds to it is kept apart until the next
 * norm, which adds both in one pass.
 *
 * @param residual (b, l, d_model)
 * @param branch what the last block adds, of the same shape; null before the first block
 */
record Stream(NDArray residual, @Nullable NDArray branch) {

  /**
   * The stream before the first block.
   *
   * @param embedded tokens (b, l, d_model)
   * @param bf16 whether branches are bf16, beside which the residual is float32
   */
  static Stream of(NDArray embedded, boolean bf16) {
    if (!bf16) {
      return new Stream(embedded, null);
    }
    NDArray zeros = NativeTensor.filledLike(embedded, 0);
    return NativeTensor.isBf16(embedded)
        ? new Stream(NativeTensor.toFloat(zeros), embedded)
        : new Stream(embedded, NativeTensor.toBf16(zeros));
  }

  /** The normed stream, and the stream itself. */
  NDList norm(Tape tape, double epsilon, NDArray weight) {
    if (branch == null) {
      return new NDList(tape.apply(new RmsNorm(epsilon), residual, weight).get(0), residual);
    }
    return tape.apply(new RmsNorm(epsilon), residual, branch, weight);
  }

  /** Through a block; what it computes is kept, or computed anew, as the tape does. */
  Stream through(Tape tape, MambaBlock block, Past before) {
    if (!tape.recomputes()) {
      return block.forward(tape, this, before).stream();
    }
    NDList given = new NDList(residual);
    List.of(
            Optional.ofNullable(branch),
            Optional.ofNullable(before.window()),
            Optional.ofNullable(before.hidden()))
        .forEach(one -> one.ifPresent(given::add));
    NDList outputs =
        tape.recomputed(
            (inner, inputs) -> {
              int next = 1;
              NDArray branchAgain = branch == null ? null : inputs.get(next++);
              NDArray window = before.window() == null ? null : inputs.get(next++);
              NDArray hidden = before.hidden() == null ? null : inputs.get(next);
              Stream after =
                  block
                      .forward(
                          inner, new Stream(inputs.get(0), branchAgain), new Past(window, hidden))
                      .stream();
              return branch == null
                  ? new NDList(after.branch())
                  : new NDList(after.residual(), after.branch());
            },
            given.toArray(NDArray[]::new));
    return branch == null
        ? new Stream(residual, outputs.get(0))
        : new Stream(outputs.get(0), outputs.get(1));
  }
}
