package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import dev.adder.model.WeightSlot;
import dev.adder.model.WeightUpdate;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.Tape;
import java.util.List;
import java.util.Optional;

/**
 * W' = W + scatter(v): only the chosen (channel, state) entries are trained; each is a number, or
 * the two parts of a complex one.
 *
 * @param entries number of trained entries
 * @param selection which; empty before the warm-up
 * @param zero what the entries that are to be zeroed become here; empty if they stay
 */
record SparseEntries(int entries, Optional<DimensionSelection> selection, Optional<Float> zero)
    implements UpdateSpec {

  @Override
  public String describe() {
    return "sparse entries";
  }

  @Override
  public long trained(WeightSlot slot) {
    return entries * parts(slot);
  }

  /** Numbers of an entry: 2 if complex. */
  private static long parts(WeightSlot slot) {
    return slot.shape().size() > 2 ? slot.shape().get(2) : 1;
  }

  @Override
  public long frozen(WeightSlot slot) {
    return slot.size() - trained(slot);
  }

  /** W'. */
  @Override
  public long kept(WeightSlot slot, long rows) {
    return slot.size();
  }

  @Override
  public WeightUpdate create(
      WeightSlot slot, NDArray frozen, NDManager manager, KeyedRandom random) {
    DimensionSelection chosen = DimensionSelection.required(selection, slot);
    int dState = Math.toIntExact(frozen.getShape().get(1));
    int parts = Math.toIntExact(parts(slot));
    int[] places = new int[entries * parts];
    int next = 0;
    for (int i = 0; i < chosen.channels().size(); i++) {
      for (int state : chosen.states().get(i)) {
        for (int part = 0; part < parts; part++) {
          places[next++] = (chosen.channels().get(i) * dState + state) * parts + part;
        }
      }
    }
    return new Update(
        places,
        zero.flatMap(value -> pruned(frozen, chosen, manager, value)),
        TrainedParameter.zeros(
            slot.name() + ".entries", frozen, manager, new Shape(places.length)));
  }

  /** W with the zeroed entries; empty if there are none. */
  private static Optional<NDArray> pruned(
      NDArray frozen, DimensionSelection chosen, NDManager manager, float value) {
    if (chosen.zeroedChannels().isEmpty() && chosen.zeroedStates().isEmpty()) {
      return Optional.empty();
    }
    NDArray pruned = frozen.duplicate();
    pruned.attach(manager);
    for (int channel : chosen.zeroedChannels()) {
      pruned.set(new NDIndex(channel), value);
    }
    for (int i = 0; i < chosen.zeroedStates().size(); i++) {
      for (int state : chosen.zeroedStates().get(i)) {
        pruned.set(new NDIndex(chosen.channels().get(i), state), value);
      }
    }
    return Optional.of(pruned);
  }

  private record Update(int[] places, Optional<NDArray> pruned, Parameter values)
      implements WeightUpdate {

    @Override
    public NDArray apply(Tape tape, NDArray frozen) {
      return tape.apply(new EntrySum(places), pruned.orElse(frozen), values.getArray()).get(0);
    }

    @Override
    public List<Parameter> parameters() {
      return List.of(values);
    }

    @Override
    public String describe() {
      return "sparse entries (" + places.length + ")";
    }
  }
}
