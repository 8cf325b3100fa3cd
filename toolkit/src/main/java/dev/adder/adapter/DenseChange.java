package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import dev.adder.model.WeightSlot;
import dev.adder.model.WeightUpdate;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.Sum;
import dev.adder.tensor.Tape;
import java.util.List;

/** W' = W + G with a dense G that starts at zero: how much training wants each entry to change. */
record DenseChange() implements UpdateSpec {

  @Override
  public String describe() {
    return "dense change";
  }

  @Override
  public long trained(WeightSlot slot) {
    return slot.size();
  }

  /** W'. */
  @Override
  public long kept(WeightSlot slot, long rows) {
    return slot.size();
  }

  @Override
  public WeightUpdate create(
      WeightSlot slot, NDArray frozen, NDManager manager, KeyedRandom random) {
    return new Update(
        TrainedParameter.zeros(slot.name() + ".change", frozen, manager, frozen.getShape()));
  }

  private record Update(Parameter change) implements WeightUpdate {

    @Override
    public NDArray apply(Tape tape, NDArray frozen) {
      return tape.apply(new Sum(), frozen, change.getArray()).get(0);
    }

    @Override
    public List<Parameter> parameters() {
      return List.of(change);
    }

    @Override
    public String describe() {
      return "dense change";
    }
  }
}
