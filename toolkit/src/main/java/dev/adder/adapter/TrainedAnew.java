package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import dev.adder.model.WeightSlot;
import dev.adder.model.WeightUpdate;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.Tape;
import java.util.List;

/** The tensor at an open place is trained, from random numbers on. */
record TrainedAnew(Start start) implements UpdateSpec {

  @Override
  public String describe() {
    return "new";
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
    return new Replacement(
        TrainedParameter.filled(
            slot.name(), frozen, manager, start.values(slot, random), frozen.getShape()),
        describe());
  }

  /** W' is a parameter of W's shape. */
  record Replacement(Parameter parameter, String describe) implements WeightUpdate {

    @Override
    public NDArray apply(Tape tape, NDArray frozen) {
      return parameter.getArray();
    }

    @Override
    public List<Parameter> parameters() {
      return List.of(parameter);
    }
  }
}
