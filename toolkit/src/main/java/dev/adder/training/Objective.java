package dev.adder.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.adder.data.BatchSource;
import dev.adder.data.SequenceBatch;
import dev.adder.data.SequenceSource;
import dev.adder.data.TokenBatch;
import dev.adder.model.DeepS4;
import dev.adder.model.Mamba;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Tape;

/** What training makes small: the mean loss of a model on one micro-batch after the other. */
@FunctionalInterface
public interface Objective {

  /** The micro-batch of this index, counted from 0; a pure function of the index. */
  Batch batch(long index);

  /** A micro-batch with its loss. */
  interface Batch {

    /** Number of terms that the mean is over; micro-batches of a step are weighted by it. */
    long terms();

    /**
     * The mean loss, a scalar (1).
     *
     * @param manager owner of the inputs, open until the way back is done
     */
    NDArray loss(Tape tape, NDManager manager);
  }

  /** Cross-entropy of the tokens that follow, in nats. */
  static Objective nextToken(Mamba model, BatchSource batches) {
    return index -> nextToken(model, batches.get(index));
  }

  /** The same for one batch. */
  static Batch nextToken(Mamba model, TokenBatch batch) {
    int[] positions = batch.labelPositions();
    return new Batch() {
      @Override
      public long terms() {
        return positions.length;
      }

      @Override
      public NDArray loss(Tape tape, NDManager manager) {
        long[] ids = new long[batch.inputIds().length];
        for (int i = 0; i < ids.length; i++) {
          ids[i] = batch.inputIds()[i];
        }
        Shape shape = new Shape(batch.batch(), batch.length());
        return model.loss(tape, RawTensor.create(manager, ids, shape), positions, batch.labels());
      }
    };
  }

  /** Squared error against the outputs of another model. */
  static Objective regression(DeepS4 model, DeepS4 target, SequenceSource inputs) {
    return index -> regression(model, target, inputs.get(index));
  }

  /** The same for one batch. */
  static Batch regression(DeepS4 model, DeepS4 target, SequenceBatch batch) {
    return new Batch() {
      @Override
      public long terms() {
        return batch.batch();
      }

      @Override
      public NDArray loss(Tape tape, NDManager manager) {
        NDArray wanted;
        try (Tape forward = Tape.inference()) {
          wanted = target.forward(forward, tensor(manager, batch, target));
        }
        return model.squaredError(tape, tensor(manager, batch, model), wanted);
      }
    };
  }

  /** Cross-entropy of the classes of number sequences, in nats. */
  static Objective classification(DeepS4 model, SequenceSource labelled) {
    return index -> classification(model, labelled.get(index));
  }

  /** The same for one batch. */
  static Batch classification(DeepS4 model, SequenceBatch batch) {
    return new Batch() {
      @Override
      public long terms() {
        return batch.batch();
      }

      @Override
      public NDArray loss(Tape tape, NDManager manager) {
        return model.crossEntropy(tape, tensor(manager, batch, model), batch.labels());
      }
    };
  }

  private static NDArray tensor(NDManager manager, SequenceBatch batch, DeepS4 model) {
    Shape shape = new Shape(batch.batch(), batch.length(), batch.channels());
    return RawTensor.create(manager, batch.values(), shape).toType(model.type(), false);
  }
}
