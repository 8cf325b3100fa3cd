package dev.adder.adapter;

import dev.adder.model.WeightSpec;
import java.util.List;

/** Every weight is trained; the reference that parameter-efficient methods are measured against. */
public record FullFineTuning() implements PeftMethod {

  @Override
  public String describe() {
    return "Full fine-tuning";
  }

  @Override
  public List<Attachment> attachments(
      List<WeightSpec> weights, List<DimensionSelection> selections) {
    return weights.stream()
        .map(weight -> new Attachment(weight.whole(), new TrainedCopy()))
        .toList();
  }
}
