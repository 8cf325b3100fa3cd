package dev.adder.adapter;

import dev.adder.model.OpenPlaces;
import dev.adder.model.WeightSpec;
import java.util.List;
import java.util.OptionalInt;

/**
 * Prefix tuning: in every block learned vectors stand before the sequence, at the input of in_proj,
 * and their outputs are dropped. What is left of them is the block's window and state before the
 * first token (paper, both editions: no more than an initial state). How many the authors used is
 * not known.
 *
 * @param tokens learned vectors of each block
 * @param width of the re-parametrisation: each vector is W₂·tanh(W₁·e + b₁) + b₂ of a learned e, as
 *     in Li and Liang 2021, with all of these this wide; empty for none
 */
public record PrefixTuning(int tokens, OptionalInt width) implements PeftMethod {

  public PrefixTuning {
    PromptTuning.requireTokens("prefix", tokens);
    if (width.orElse(1) < 1) {
      throw new IllegalArgumentException(
          "The prefix is re-parametrised with width %d; give at least 1, usually d_model."
              .formatted(width.getAsInt()));
    }
  }

  /** A plain prefix. */
  public static PrefixTuning of(int tokens) {
    return new PrefixTuning(tokens, OptionalInt.empty());
  }

  /** A prefix behind a small network. */
  public static PrefixTuning reparametrised(int tokens, int width) {
    return new PrefixTuning(tokens, OptionalInt.of(width));
  }

  @Override
  public String describe() {
    return "Prefix tuning, %d vectors%s"
        .formatted(tokens, width.isPresent() ? " by a network of " + width.getAsInt() : "");
  }

  @Override
  public List<Attachment> attachments(
      List<WeightSpec> weights, List<DimensionSelection> selections) {
    UpdateSpec update =
        width.isPresent() ? new Reparametrised(width.getAsInt()) : new TrainedAnew(Start.NORMAL);
    return OpenPlaces.prefixes(weights, tokens).stream()
        .map(place -> new Attachment(place.whole(), update))
        .toList();
  }

  @Override
  public boolean startsNeutral() {
    return false;
  }
}
