package dev.adder.adapter;

import dev.adder.model.OpenPlaces;
import dev.adder.model.WeightSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Initial-state tuning: every block's SSM starts from a learned state h₀ (d_inner, d_state), the
 * same for all sequences, which begins at zero; with the window, the convolution's inputs before
 * the first token (d_conv − 1, d_inner) are learned too (released configurations 016 and 017).
 *
 * @param window whether the convolution's window is learned too
 */
public record InitialStateTuning(boolean window) implements PeftMethod {

  @Override
  public String describe() {
    return window ? "Initial-state tuning, with the window" : "Initial-state tuning";
  }

  @Override
  public List<Attachment> attachments(
      List<WeightSpec> weights, List<DimensionSelection> selections) {
    List<WeightSpec> places = new ArrayList<>(OpenPlaces.initialStates(weights));
    if (window) {
      places.addAll(OpenPlaces.initialWindows(weights));
    }
    return places.stream().map(place -> new Attachment(place.whole(), new TrainedCopy())).toList();
  }
}
