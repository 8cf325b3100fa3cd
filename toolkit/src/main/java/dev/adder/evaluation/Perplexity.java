package dev.adder.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import dev.adder.data.TokenBatch;
import dev.adder.model.Mamba;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Tape;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * How many tokens a model hesitates between at each token of the right answers: e to the mean
 * cross-entropy of all of them, an ending included. Less is better.
 */
public record Perplexity() implements Metric {

  @Override
  public String name() {
    return "perplexity";
  }

  @Override
  public String variant() {
    return "of label tokens, weighted alike";
  }

  /**
   * The perplexity of a model on batches.
   *
   * @param batches at least one label among them
   * @throws CancellationException if the thread is interrupted
   */
  public double of(Mamba model, List<TokenBatch> batches) {
    double nats = 0;
    long labels = 0;
    for (TokenBatch batch : batches) {
      if (Thread.interrupted()) {
        throw new CancellationException(
            "The perplexity was interrupted after %d labels.".formatted(labels));
      }
      int count = batch.labels().length;
      nats += count * loss(model, batch);
      labels += count;
    }
    if (labels == 0) {
      throw new IllegalArgumentException(
          "There is no label to be surprised by. Give at least one example.");
    }
    return Math.exp(nats / labels);
  }

  private static double loss(Mamba model, TokenBatch batch) {
    try (NDManager manager = model.manager().newSubManager();
        NDScope scope = new NDScope();
        Tape tape = Tape.inference()) {
      scope.suppressNotUsedWarning();
      long[] ids = Arrays.stream(batch.inputIds()).asLongStream().toArray();
      NDArray input = RawTensor.create(manager, ids, new Shape(batch.batch(), batch.length()));
      NDArray loss = model.loss(tape, input, batch.labelPositions(), batch.labels());
      return loss.toType(ai.djl.ndarray.types.DataType.FLOAT64, true).toDoubleArray()[0];
    }
  }
}
