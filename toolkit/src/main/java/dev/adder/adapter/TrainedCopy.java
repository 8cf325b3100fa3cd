package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import dev.adder.model.WeightSlot;
import dev.adder.model.WeightUpdate;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.Tape;
import java.util.List;

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
    NDArray copy = frozen.duplicate();
    copy.attach(manager);
    return new Update(TrainedParameter.of(slot.name(), copy));
  }

  private record Update(Parameter parameter) implements WeightUpdate {

    @Override
    public NDArray apply(Tape tape, NDArray frozen) {
      return parameter.getArray();
    }

    @Override
    public List<Parameter> parameters() {
      return List.of(parameter);
    }

    @Override
    public String describe() {
      return "full";
    }
  }
}
