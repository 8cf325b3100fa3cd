package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import dev.adder.model.WeightSlot;
import dev.adder.model.WeightUpdate;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.Tape;
import java.util.List;
import java.util.Optional;

/**
 * W' = W + V at the chosen columns: all states of W_B or W_C, but only what chosen channels
 * contribute.
 *
 * @param columns number of trained columns
 * @param selection which; empty before the warm-up
 */
record SparseColumns(int columns, Optional<DimensionSelection> selection) implements UpdateSpec {

  @Override
  public String describe() {
    return "sparse columns";
  }

  @Override
  public long trained(WeightSlot slot) {
    return slot.shape().get(0) * columns;
  }

  @Override
  public long frozen(WeightSlot slot) {
    return slot.size() - trained(slot);
  }

  /** The chosen columns of x. */
  @Override
  public long kept(WeightSlot slot, long rows) {
    return rows * columns;
  }

  @Override
  public WeightUpdate create(
      WeightSlot slot, NDArray frozen, NDManager manager, KeyedRandom random) {
    DimensionSelection chosen = DimensionSelection.required(selection, slot);
    int[] places = chosen.channels().stream().mapToInt(Integer::intValue).toArray();
    Shape shape = new Shape(frozen.getShape().get(0), columns);
    return new Update(
        places, TrainedParameter.zeros(slot.name() + ".columns", frozen, manager, shape));
  }

  private record Update(int[] places, Parameter values) implements WeightUpdate {

    /** The entries of row o are those of the flattened W at o·in + places. */
    @Override
    public NDArray apply(Tape tape, NDArray frozen) {
      int rows = Math.toIntExact(frozen.getShape().get(0));
      int in = Math.toIntExact(frozen.getShape().get(1));
      int[] entries = new int[rows * places.length];
      for (int i = 0; i < entries.length; i++) {
        entries[i] = i / places.length * in + places[i % places.length];
      }
      return tape.apply(new EntrySum(entries), frozen, values.getArray()).get(0);
    }

    /** x·Wᵀ + x[…, places]·Vᵀ: the sparse ΔW is never made dense. */
    @Override
    public NDArray linear(Tape tape, NDArray x, NDArray frozen) {
      return tape.apply(new SparseColumnsLinear(places), x, frozen, values.getArray()).get(0);
    }

    @Override
    public List<Parameter> parameters() {
      return List.of(values);
    }

    @Override
    public String describe() {
      return "sparse columns (" + places.length + ")";
    }
  }
}
