package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.adder.model.WeightSlot;
import dev.adder.model.WeightUpdate;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.cuda.NativeTensor;

/** The whole tensor is trained: W' is a copy that starts as W. */
record TrainedCopy() implements UpdateSpec {

  @Override
  public String describe() {
    return "full";
  }

  @Override
  public long trained(WeightSlot slot) {
    return slot.size();
  }

  @Override
  public long frozen(WeightSlot slot) {
    return 0;
  }

  @Override
  public WeightUpdate create(
      WeightSlot slot, NDArray frozen, NDManager manager, KeyedRandom random) {
    // The optimizer moves float32; products round it to the type of what they multiply.
    NDArray copy = NativeTensor.isBf16(frozen) ? NativeTensor.toFloat(frozen) : frozen.duplicate();
    copy.attach(manager);
    return new TrainedAnew.Replacement(TrainedParameter.of(slot.name(), copy), describe());
  }
}
