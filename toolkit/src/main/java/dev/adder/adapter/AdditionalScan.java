package dev.adder.adapter;

import dev.adder.model.OpenPlaces;
import dev.adder.model.WeightSpec;
import java.util.List;

/**
 * Additional-scan: further states in every SSM, with columns of A_log and rows of W_B and W_C of
 * their own, which alone are trained (MambaPEFT, arXiv 2411.03855). A_log starts as copies of the
 * last state's column, W_B as a linear layer does.
 *
 * @param states further states per channel
 * @param silent whether W_C starts at zero, so that nothing changes at first (State-offset Tuning's
 *     form, 8 states); otherwise it starts as a linear layer does (MambaPEFT's, 6 states, which
 *     copies the first column of A_log instead of the last)
 */
public record AdditionalScan(int states, boolean silent) implements PeftMethod {

  public AdditionalScan {
    if (states < 1) {
      throw new IllegalArgumentException(
          "%d additional states are asked for; give at least 1, usually 8.".formatted(states));
    }
  }

  /** The form that changes nothing at first. */
  public static AdditionalScan of(int states) {
    return new AdditionalScan(states, true);
  }

  @Override
  public String describe() {
    return "Additional scan, %d states%s".formatted(states, silent ? "" : ", MambaPEFT's start");
  }

  @Override
  public List<Attachment> attachments(
      List<WeightSpec> weights, List<DimensionSelection> selections) {
    return OpenPlaces.extraStates(weights, states, silent).stream()
        .map(place -> new Attachment(place.whole(), update(place)))
        .toList();
  }

  private UpdateSpec update(WeightSpec place) {
    UpdateSpec linear = new TrainedAnew(Start.LINEAR);
    if (!silent) {
      return place.target().equals(OpenPlaces.EXTRA_A) ? new TrainedCopy() : linear;
    }
    return switch (place.target()) {
      case OpenPlaces.EXTRA_A -> new Awakened(new TrainedCopy(), OpenPlaces.EXTRA_C);
      case OpenPlaces.EXTRA_B -> new Awakened(linear, OpenPlaces.EXTRA_C);
      default -> new TrainedCopy();
    };
  }

  @Override
  public boolean startsNeutral() {
    return silent;
  }
}
