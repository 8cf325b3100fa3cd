package dev.adder.adapter;

import dev.adder.model.OpenPlaces;
import dev.adder.model.WeightSpec;
import java.util.List;

/**
 * Affix tuning: in every block learned vectors (d_inner) stand before the sequence, between in_proj
 * and the convolution; their outputs are dropped (MambaPEFT, arXiv 2411.03855). They start normal
 * with deviation 1. MambaPEFT makes them twice as wide, for the gate z too; that half acts on the
 * dropped outputs only, gets no gradient, and is left out here.
 *
 * @param tokens learned vectors of each block; MambaPEFT uses 3
 */
public record AffixTuning(int tokens) implements PeftMethod {

  public AffixTuning {
    PromptTuning.requireTokens("affix", tokens);
  }

  @Override
  public String describe() {
    return "Affix tuning, %d vectors".formatted(tokens);
  }

  @Override
  public List<Attachment> attachments(
      List<WeightSpec> weights, List<DimensionSelection> selections) {
    return OpenPlaces.affixes(weights, tokens).stream()
        .map(place -> new Attachment(place.whole(), new TrainedAnew(Start.NORMAL)))
        .toList();
  }

  @Override
  public boolean startsNeutral() {
    return false;
  }
}
