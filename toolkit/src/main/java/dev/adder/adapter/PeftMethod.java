package dev.adder.adapter;

import dev.adder.model.WeightSpec;
import java.util.List;
import java.util.Optional;

/**
 * A fine-tuning method as a value. It says which updates go where; it holds no tensors, so that its
 * parameters can be counted for any geometry without allocating a weight.
 */
public sealed interface PeftMethod
    permits AdditionalScan,
        AffixTuning,
        BitFit,
        Combined,
        FullFineTuning,
        InitialStateTuning,
        Lora,
        PartialTuning,
        PrefixTuning,
        PromptTuning,
        S4Lora,
        S4Sdt,
        SdLora,
        Sdt,
        StateOffset {

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

  /** Whether attaching it changes no output before training. */
  default boolean startsNeutral() {
    return true;
  }

  /**
   * This method and another at once, such as {@code Sdt.of(…).and(Lora.of(8, "out_proj"))}.
   *
   * @throws IllegalArgumentException if both need a warm-up; on attaching, if both change one
   *     weight
   */
  default PeftMethod and(PeftMethod other) {
    return new Combined(List.of(this, other));
  }

  /** Number of parameters that the main phase trains on a model of these weights. */
  default long trainedParameters(List<WeightSpec> weights) {
    return attachments(weights, List.of()).stream().mapToLong(Attachment::trained).sum();
  }
}
