package dev.adder.adapter;

import dev.adder.model.WeightSpec;
import java.util.List;
import java.util.Optional;

/**
 * A fine-tuning method as a value. It says which updates go where; it holds no tensors, so that its
 * parameters can be counted for any geometry without allocating a weight.
 */
public sealed interface PeftMethod permits Lora, SdLora, FullFineTuning, BitFit {

  /** The method in a few words, such as "LoRA r=8 on in_proj". */
  String describe();

  /**
   * The updates of the main phase.
   *
   * @param weights of the model
   * @param selections per block, what the warm-up chose; empty before it. A method without warm-up
   *     does not look at it
   */
  List<Attachment> attachments(List<WeightSpec> weights, List<DimensionSelection> selections);

  /** What must be trained and measured before the main phase, if anything. */
  default Optional<WarmUp> warmUp() {
    return Optional.empty();
  }

  /** Number of parameters that the main phase trains on a model of these weights. */
  default long trainedParameters(List<WeightSpec> weights) {
    return attachments(weights, List.of()).stream().mapToLong(Attachment::trained).sum();
  }
}
