package dev.adder.adapter;

import dev.adder.model.WeightSpec;
import java.util.List;

/** Only the biases are trained: those of conv1d and dt_proj, 2·d_inner per block. */
public record BitFit() implements PeftMethod {

  @Override
  public String describe() {
    return "BitFit";
  }

  @Override
  public List<Attachment> attachments(
      List<WeightSpec> weights, List<DimensionSelection> selections) {
    return Targets.of("conv1d.bias", "dt_proj.bias").resolve(weights).stream()
        .map(slot -> new Attachment(slot, new TrainedCopy()))
        .toList();
  }
}
