package dev.adder.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.adder.data.TokenBatch;
import dev.adder.model.Mamba;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Tape;
import java.util.Arrays;
import java.util.function.BiFunction;

/** Reads a model's answers at the label positions. */
public final class Classifier {

  private Classifier() {}

  /**
   * The most probable token of the whole vocabulary.
   *
   * @return one token id per label position, in the order of the batch
   */
  public static int[] answers(Mamba model, TokenBatch batch) {
    return answers(model, batch, NDArray::argMax);
  }

  /**
   * The most probable of some tokens.
   *
   * @return one index into them per label position, in the order of the batch
   */
  public static int[] choices(Mamba model, TokenBatch batch, int[] tokens) {
    long[] wide = Arrays.stream(tokens).asLongStream().toArray();
    return answers(
        model,
        batch,
        (logits, axis) -> {
          NDArray index = RawTensor.create(logits.getManager(), wide, new Shape(wide.length));
          return logits.get(new NDIndex(":, {}", index)).argMax(axis);
        });
  }

  private static int[] answers(
      Mamba model, TokenBatch batch, BiFunction<NDArray, Integer, NDArray> best) {
    try (NDManager manager = model.manager().newSubManager();
        NDScope scope = new NDScope();
        Tape tape = Tape.inference()) {
      scope.suppressNotUsedWarning();
      long[] ids = Arrays.stream(batch.inputIds()).asLongStream().toArray();
      NDArray input = RawTensor.create(manager, ids, new Shape(batch.batch(), batch.length()));
      NDArray logits = model.logitsAt(tape, input, batch.labelPositions());
      long[] chosen = best.apply(logits, 1).toLongArray();
      return Arrays.stream(chosen).mapToInt(Math::toIntExact).toArray();
    }
  }
}
