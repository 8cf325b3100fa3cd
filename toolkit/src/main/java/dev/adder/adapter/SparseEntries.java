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
 * W' = W + scatter(v): only the chosen (channel, state) entries of A_log are trained.
 *
 * @param entries number of trained entries
 * @param selection which; empty before the warm-up
 */
record SparseEntries(int entries, Optional<DimensionSelection> selection) implements UpdateSpec {

  @Override
  public String describe() {
    return "sparse entries";
  }

  @Override
  public long trained(WeightSlot slot) {
    return entries;
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
    int[] places = new int[entries];
    int next = 0;
    for (int i = 0; i < chosen.channels().size(); i++) {
      for (int state : chosen.states().get(i)) {
        places[next++] = chosen.channels().get(i) * dState + state;
      }
    }
    return new Update(
        places,
        pruned(frozen, chosen, manager),
        TrainedParameter.zeros(slot.name() + ".entries", frozen, manager, new Shape(entries)));
  }

  /** A_log with the zeroed entries; empty if there are none. */
  private static Optional<NDArray> pruned(
      NDArray frozen, DimensionSelection chosen, NDManager manager) {
    if (chosen.zeroedChannels().isEmpty() && chosen.zeroedStates().isEmpty()) {
      return Optional.empty();
    }
    NDArray pruned = frozen.duplicate();
    pruned.attach(manager);
    for (int channel : chosen.zeroedChannels()) {
      pruned.set(new NDIndex(channel), Ranking.FORGETS);
    }
    for (int i = 0; i < chosen.zeroedStates().size(); i++) {
      for (int state : chosen.zeroedStates().get(i)) {
        pruned.set(new NDIndex(chosen.channels().get(i), state), Ranking.FORGETS);
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
