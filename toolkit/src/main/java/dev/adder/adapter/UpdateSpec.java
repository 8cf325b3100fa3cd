package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.adder.model.WeightSlot;
import dev.adder.model.WeightUpdate;
import dev.adder.tensor.KeyedRandom;

/** An update before it has tensors: it can be counted and checked for any geometry. */
interface UpdateSpec {

  /** The update in a few words, such as "LoRA r=8". */
  String describe();

  /** Number of parameters trained at this place. */
  long trained(WeightSlot slot);

  /** Number of frozen elements that stay as they are, beside or under the update. */
  default long frozen(WeightSlot slot) {
    return slot.weight().isOpen() ? 0 : slot.size();
  }

  /**
   * Floats that one pass keeps here for the way back, beside the place's own output.
   *
   * @param rows tokens in the batch
   */
  default long kept(WeightSlot slot, long rows) {
    return 0;
  }

  /** Refuses a place where this update makes no sense. */
  default void check(WeightSlot slot) {}

  /**
   * Allocates the update.
   *
   * @param frozen what stands at the place
   * @param manager owner of the new tensors
   * @param random where initial values come from; already keyed by the place
   */
  WeightUpdate create(WeightSlot slot, NDArray frozen, NDManager manager, KeyedRandom random);
}
