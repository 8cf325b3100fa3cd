package dev.adder.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import dev.adder.tensor.Product;
import dev.adder.tensor.RowLookup;
import dev.adder.tensor.Tape;
import java.util.List;

/** How one frozen weight, or one part of it, is changed: W' = W + ΔW. W' has the shape of W. */
public interface WeightUpdate {

  /** The current value W'. */
  NDArray apply(Tape tape, NDArray frozen);

  /**
   * x · W'ᵀ for x (…, in) → (…, out). Overridden where ΔW is cheaper unmultiplied: LoRA gives x·Wᵀ
   * + (α/r)·(x·Aᵀ)·Bᵀ.
   */
  default NDArray linear(Tape tape, NDArray x, NDArray frozen) {
    return tape.apply(new Product(), x, apply(tape, frozen)).get(0);
  }

  /**
   * Rows of W' by index, for an embedding W (vocabulary, width). Overridden where ΔW is cheaper
   * unmultiplied.
   */
  default NDArray rows(Tape tape, RowLookup lookup, NDArray frozen) {
    return tape.apply(lookup, apply(tape, frozen)).get(0);
  }

  /** Whether an output head tied to this embedding keeps the frozen W. */
  default boolean sparesTiedHead() {
    return false;
  }

  /** What the learning rate is multiplied by for one of the parameters. */
  default double rateFactor(Parameter parameter) {
    return 1;
  }

  /** What training moves; each name is unique within the update. */
  List<Parameter> parameters();

  /** The update in words, such as "LoRA r=8". */
  String describe();
}
