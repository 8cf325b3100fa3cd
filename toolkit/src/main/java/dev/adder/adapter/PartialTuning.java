package dev.adder.adapter;

import dev.adder.model.WeightSpec;
import java.util.List;

/**
 * Some weights, or parts of weights, are trained whole and the others stay as they are. The rows
 * "S6 full", "A_log", "x_proj", "dt_proj", "conv" and "D + norm" of the paper's first tables.
 *
 * @param targets what is trained
 */
public record PartialTuning(Targets targets) implements PeftMethod {

  /** These weights in every block. */
  public static PartialTuning of(String... targets) {
    return new PartialTuning(Targets.of(targets));
  }

  @Override
  public String describe() {
    return "Full tuning of " + targets;
  }

  @Override
  public List<Attachment> attachments(
      List<WeightSpec> weights, List<DimensionSelection> selections) {
    return targets.resolve(weights).stream()
        .map(slot -> new Attachment(slot, new TrainedCopy()))
        .toList();
  }
}
