package dev.adder.adapter;

import dev.adder.model.OpenPlaces;
import dev.adder.model.WeightSpec;
import java.util.List;

/**
 * Prompt tuning: learned embeddings are read before every sequence (Lester et al. 2021). To a state
 * space model that is one fixed initial state in every block, so that little can be learned (paper,
 * both editions; shown by {@code Claims}). How many tokens the authors used is not known.
 *
 * @param tokens number of learned embeddings
 * @param fromVocabulary whether they start as embeddings of tokens spread over the vocabulary;
 *     otherwise normal with deviation 1, PEFT's default
 */
public record PromptTuning(int tokens, boolean fromVocabulary) implements PeftMethod {

  public PromptTuning {
    requireTokens("prompt", tokens);
  }

  static void requireTokens(String what, int tokens) {
    if (tokens < 1) {
      throw new IllegalArgumentException(
          "A %s of %d tokens is asked for; give at least 1, usually 8 to 64."
              .formatted(what, tokens));
    }
  }

  @Override
  public String describe() {
    return "Prompt tuning, %d tokens%s"
        .formatted(tokens, fromVocabulary ? " of the vocabulary" : "");
  }

  @Override
  public List<Attachment> attachments(
      List<WeightSpec> weights, List<DimensionSelection> selections) {
    UpdateSpec update = fromVocabulary ? new TrainedCopy() : new TrainedAnew(Start.NORMAL);
    return List.of(new Attachment(OpenPlaces.prompt(weights, tokens).whole(), update));
  }

  @Override
  public boolean startsNeutral() {
    return false;
  }
}
