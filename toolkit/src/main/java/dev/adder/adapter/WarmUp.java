package dev.adder.adapter;

import dev.adder.model.StateSpaceModel;
import dev.adder.model.WeightSpec;
import java.util.List;

/** A first phase that only measures: its updates are trained, read, and thrown away. */
public interface WarmUp {

  /**
   * Optimizer steps of the phase.
   *
   * @param stepsPerEpoch of the main phase
   */
  int updates(int stepsPerEpoch);

  /** The updates of the phase. */
  List<Attachment> attachments(List<WeightSpec> weights);

  /** What the trained updates say about the blocks, in their order. */
  List<DimensionSelection> select(StateSpaceModel<?> warmedUp);
}
