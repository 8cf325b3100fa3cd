package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.adder.model.WeightSlot;
import dev.adder.model.WeightUpdate;
import dev.adder.tensor.KeyedRandom;

/**
 * An update that gets no gradient until another one of the same block has moved away from zero, as
 * LoRA's A waits for its B.
 *
 * @param update what is attached
 * @param by target of the other one
 */
record Awakened(UpdateSpec update, String by) implements UpdateSpec {

  @Override
  public String describe() {
    return update.describe() + ", wakes with " + by;
  }

  @Override
  public long trained(WeightSlot slot) {
    return update.trained(slot);
  }

  @Override
  public long frozen(WeightSlot slot) {
    return update.frozen(slot);
  }

  @Override
  public long kept(WeightSlot slot, long rows) {
    return update.kept(slot, rows);
  }

  @Override
  public void check(WeightSlot slot) {
    update.check(slot);
  }

  @Override
  public WeightUpdate create(
      WeightSlot slot, NDArray frozen, NDManager manager, KeyedRandom random) {
    return update.create(slot, frozen, manager, random);
  }
}
