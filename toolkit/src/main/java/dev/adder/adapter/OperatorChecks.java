package dev.adder.adapter;

import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.OperatorCheck;
import java.util.List;

/** The operators of this package, to be checked on the machine at hand. */
public final class OperatorChecks {

  private static final Shape X = new Shape(1, 128, 192);
  private static final Shape W = new Shape(384, 192);
  private static final float RATE = 0.1f;

  private OperatorChecks() {}

  /** One of each. */
  public static List<OperatorCheck> all() {
    Shape a = new Shape(8, 192);
    Shape b = new Shape(384, 8);
    KeyedRandom random = KeyedRandom.of(8);
    int[] places = {3, 0, 190, 77};
    return List.of(
        OperatorCheck.of("LoRA linear", () -> new LowRankLinear(1, 0, random), X, W, a, b)
            .frozen(1),
        OperatorCheck.of("LoRA with dropout", () -> new LowRankLinear(1, RATE, random), X, W, a, b)
            .frozen(1),
        OperatorCheck.of(
                "sparse columns",
                () -> new SparseColumnsLinear(places),
                X,
                W,
                new Shape(384, places.length))
            .frozen(1),
        OperatorCheck.of(
            "sparse entries", () -> new EntrySum(places), new Shape(192, 16), new Shape(4)));
  }
}
