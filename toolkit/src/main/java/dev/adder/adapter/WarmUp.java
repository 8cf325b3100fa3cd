package dev.adder.adapter;

import dev.adder.model.StateSpaceModel;
import dev.adder.model.WeightSpec;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoubleSupplier;

/** A first phase that only measures: its updates are trained or probed, read, and thrown away. */
public interface WarmUp {

  /** What is done before {@link #select}. */
  enum Kind {
    /** The updates are trained. */
    TRAINING,
    /** The gradients of as many batches are summed up at the updates, which stay as they are. */
    GRADIENT,
    /** Nothing. */
    NONE
  }

  /** What is done before {@link #select}. */
  default Kind kind() {
    return Kind.TRAINING;
  }

  /**
   * Optimizer steps of the phase, or batches whose gradients are summed up.
   *
   * @param stepsPerEpoch of the main phase
   */
  int updates(int stepsPerEpoch);

  /** Rate of every step, where it is not that of the main phase. */
  default OptionalDouble learningRate() {
    return OptionalDouble.empty();
  }

  /** Whether the methods it is combined with stay out of the phase. */
  default boolean alone() {
    return false;
  }

  /** The updates of the phase. */
  List<Attachment> attachments(List<WeightSpec> weights);

  /**
   * What the phase says about the blocks, in their order.
   *
   * @param model with the updates of the phase
   * @param loss of the model as it is at that moment, on the first batch
   * @param seed of the training
   */
  List<DimensionSelection> select(StateSpaceModel<?> model, DoubleSupplier loss, long seed);
}
