package dev.adder.adapter;

import dev.adder.model.WeightSpec;
import java.util.List;

/**
 * Only the biases of the blocks are trained: those of conv1d and dt_proj of Mamba, 2·d_inner per
 * block; that of the linear layer of deep S4, d per layer.
 */
public record BitFit() implements PeftMethod {

  @Override
  public String describe() {
    return "BitFit";
  }

  @Override
  public List<Attachment> attachments(
      List<WeightSpec> weights, List<DimensionSelection> selections) {
    List<Attachment> biases =
        weights.stream()
            .filter(weight -> weight.layer() >= 0 && weight.target().endsWith(".bias"))
            .map(weight -> new Attachment(weight.whole(), new TrainedCopy()))
            .toList();
    if (biases.isEmpty()) {
      throw new IllegalArgumentException(
          "BitFit trains the biases of the blocks, and this model has none. Use another method.");
    }
    return biases;
  }
}
