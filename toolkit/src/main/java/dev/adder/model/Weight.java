package dev.adder.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import dev.adder.tensor.Product;
import dev.adder.tensor.RowLookup;
import dev.adder.tensor.Split;
import dev.adder.tensor.Tape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A frozen tensor of a model and the updates that change it.
 *
 * <p>Blocks ask a weight for its current value or its product; nothing reads the frozen tensor
 * directly, so no update can be bypassed. Several weights may share one frozen tensor: that is how
 * an adapted model leaves the original untouched.
 */
public final class Weight {

  private final WeightSpec spec;
  private final NDArray frozen;
  private final Map<String, NDArray> frozenParts = new LinkedHashMap<>();
  private final Map<String, WeightUpdate> updates = new LinkedHashMap<>();

  Weight(WeightSpec spec, NDArray frozen) {
    this.spec = spec;
    this.frozen = frozen;
    for (WeightSpec.Part part : spec.parts()) {
      // Ranges of rows are views of the same memory.
      frozenParts.put(part.name(), frozen.get(new NDIndex(part.from() + ":" + part.to())));
    }
  }

  public WeightSpec spec() {
    return spec;
  }

  /** The tensor as it was loaded, without any update. */
  public NDArray frozen() {
    return frozen;
  }

  /** What stands frozen at a place of this weight. */
  public NDArray frozen(WeightSlot slot) {
    return slot.part().isEmpty() ? frozen : frozenParts.get(slot.part());
  }

  /** The update at a place of this weight, if there is one. */
  public Optional<WeightUpdate> update(WeightSlot slot) {
    return Optional.ofNullable(updates.get(slot.part()));
  }

  /** Attaches an update to the whole weight or to a part; each row has at most one. */
  void attach(WeightSlot slot, WeightUpdate update) {
    for (String taken : updates.keySet()) {
      if (new WeightSlot(spec, taken).overlaps(slot)) {
        throw new IllegalArgumentException(
            "%s already has \"%s\" on %s; one weight takes one update. Leave one of them out."
                .formatted(
                    slot.name(),
                    updates.get(taken).describe(),
                    taken.isEmpty() ? "the whole weight" : taken));
      }
    }
    updates.put(slot.part(), update);
  }

  /** The current value W'. */
  public NDArray value(Tape tape) {
    if (updates.isEmpty()) {
      return frozen;
    }
    if (updates.containsKey("")) {
      return updates.get("").apply(tape, frozen);
    }
    NDArray[] rows =
        frozenParts.entrySet().stream()
            .map(
                part -> {
                  WeightUpdate update = updates.get(part.getKey());
                  return update == null ? part.getValue() : update.apply(tape, part.getValue());
                })
            .toArray(NDArray[]::new);
    return tape.plain(parts -> NDArrays.concat(parts, 0), rows);
  }

  /**
   * x · W'ᵀ, part by part.
   *
   * @param x (…, in)
   * @return (…, out) for each part in order; a single tensor if the weight has no parts
   */
  public NDList linear(Tape tape, NDArray x) {
    WeightUpdate whole = updates.get("");
    if (frozenParts.isEmpty()) {
      return new NDList(product(tape, x, frozen, whole));
    }
    if (whole != null || (updates.isEmpty() && narrows())) {
      long[] sizes = spec.parts().stream().mapToLong(part -> part.to() - part.from()).toArray();
      return tape.apply(new Split(sizes), product(tape, x, frozen, whole));
    }
    NDList outputs = new NDList();
    frozenParts.forEach((part, tensor) -> outputs.add(product(tape, x, tensor, updates.get(part))));
    return outputs;
  }

  /** Rows of W' by index; for an embedding. */
  NDArray rows(Tape tape, RowLookup lookup) {
    WeightUpdate whole = updates.get("");
    return whole == null ? tape.apply(lookup, frozen).get(0) : whole.rows(tape, lookup, frozen);
  }

  /** Whether this embedding, as a tied output head, is not what it is as an embedding. */
  boolean sparesTiedHead() {
    return update(spec.whole()).filter(WeightUpdate::sparesTiedHead).isPresent();
  }

  /** Whether one product and a cut of its small result is cheaper than a product for each part. */
  private boolean narrows() {
    return frozen.getShape().get(0) < frozen.getShape().get(1);
  }

  private static NDArray product(
      Tape tape, NDArray x, NDArray frozen, @Nullable WeightUpdate update) {
    return update == null
        ? tape.apply(new Product(), x, frozen).get(0)
        : update.linear(tape, x, frozen);
  }

  /** The current value as a tensor of its own, without a graph. */
  NDArray merged(NDManager manager) {
    try (NDScope scope = new NDScope();
        Tape tape = Tape.inference()) {
      scope.suppressNotUsedWarning();
      NDArray copy = value(tape).duplicate();
      NDScope.unregister(copy);
      copy.attach(manager);
      return copy;
    }
  }

  /** The places that have updates, in the order of the parts. */
  public List<WeightSlot> adapted() {
    List<WeightSlot> slots = new ArrayList<>();
    updates.keySet().forEach(part -> slots.add(new WeightSlot(spec, part)));
    return slots;
  }

  /** The same frozen tensor without updates. */
  Weight bare() {
    return new Weight(spec, frozen);
  }
}
