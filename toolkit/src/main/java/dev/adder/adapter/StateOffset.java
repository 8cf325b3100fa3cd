package dev.adder.adapter;

import dev.adder.model.OpenPlaces;
import dev.adder.model.WeightSpec;
import java.util.List;
import java.util.OptionalInt;

/**
 * State-offset tuning: a learned H' is added to the state wherever it is read, y_t + SiLU(z_t) ∘
 * (H' C_t), or a learned b to the output, y_t + SiLU(z_t) ∘ b, at every token alike (arXiv
 * 2503.03499, by the paper's authors). Both start at zero.
 *
 * @param onOutput whether it is b (d_inner); otherwise H' (d_inner, d_state)
 * @param rank of H' = B·A; empty for a full H'
 */
public record StateOffset(boolean onOutput, OptionalInt rank) implements PeftMethod {

  public StateOffset {
    if (onOutput && rank.isPresent()) {
      throw new IllegalArgumentException(
          "The output's offset is a vector and has no rank %d. Leave the rank out, or offset the state."
              .formatted(rank.getAsInt()));
    }
    if (rank.orElse(1) < 1) {
      throw new IllegalArgumentException(
          "The state's offset has rank %d; give at least 1.".formatted(rank.getAsInt()));
    }
  }

  /** H'. */
  public static StateOffset ofState() {
    return new StateOffset(false, OptionalInt.empty());
  }

  /** H' = B·A. */
  public static StateOffset ofState(int rank) {
    return new StateOffset(false, OptionalInt.of(rank));
  }

  /** b. */
  public static StateOffset ofOutput() {
    return new StateOffset(true, OptionalInt.empty());
  }

  @Override
  public String describe() {
    return onOutput
        ? "Output-offset tuning"
        : "State-offset tuning" + (rank.isPresent() ? ", rank " + rank.getAsInt() : "");
  }

  @Override
  public List<Attachment> attachments(
      List<WeightSpec> weights, List<DimensionSelection> selections) {
    List<WeightSpec> places =
        onOutput ? OpenPlaces.outputOffsets(weights) : OpenPlaces.stateOffsets(weights);
    return places.stream().map(place -> new Attachment(place.whole(), update(place))).toList();
  }

  private UpdateSpec update(WeightSpec place) {
    return rank.isPresent()
        ? new Lora.LowRank(
            new Lora(rank.getAsInt(), rank.getAsInt(), 0, Targets.of(place.target())))
        : new TrainedCopy();
  }
}
