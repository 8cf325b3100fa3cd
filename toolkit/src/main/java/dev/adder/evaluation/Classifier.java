package dev.adder.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import dev.adder.data.TokenBatch;
import dev.adder.model.Mamba;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Tape;

/**
 * Reads a model's answer at the label position: the most probable token of the whole vocabulary.
 */
public final class Classifier {

  private Classifier() {}

  /**
   * The answers to a batch.
   *
   * @return one token id per label position, in the order of the batch
   */
  public static int[] answers(Mamba model, TokenBatch batch) {
    NDManager parent = model.weights().get(0).frozen().getManager();
    try (NDManager manager = parent.newSubManager();
        NDScope scope = new NDScope();
        Tape tape = Tape.inference()) {
      scope.suppressNotUsedWarning();
      long[] ids = java.util.Arrays.stream(batch.inputIds()).asLongStream().toArray();
      NDArray input = RawTensor.create(manager, ids, new Shape(batch.batch(), batch.length()));
      NDArray logits = model.logitsAt(tape, input, batch.labelPositions());
      long[] best = logits.argMax(1).toLongArray();
      return java.util.Arrays.stream(best).mapToInt(Math::toIntExact).toArray();
    }
  }
}
