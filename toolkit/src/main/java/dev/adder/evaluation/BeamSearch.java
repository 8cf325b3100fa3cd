package dev.adder.evaluation;

import java.util.Locale;

/**
 * The text with the largest mean log-probability per token among those that several beams find, as
 * the released code searches (beams of transformers 4.39, no early stopping).
 *
 * @param maxNewTokens 0 or more
 * @param beams 1 or more
 * @param lengthPenalty the sum of log-probabilities is divided by the number of new tokens, the
 *     stop token included, to this power
 * @param minLength the stop token is not chosen before prompt <em>and</em> text together have so
 *     many tokens, so that the released value 5 never binds
 */
public record BeamSearch(int maxNewTokens, int beams, double lengthPenalty, int minLength)
    implements Decoding {

  /** The setting of all published runs: 5 beams, at most 1,024 new tokens. */
  public static final BeamSearch PAPER = new BeamSearch(1024, 5, 1, 5);

  public BeamSearch {
    Decoding.requireMaxNewTokens(maxNewTokens);
    if (beams < 1) {
      throw new IllegalArgumentException(
          "%d beams are asked for; give at least 1.".formatted(beams));
    }
    if (Double.isNaN(lengthPenalty) || minLength < 0) {
      throw new IllegalArgumentException(
          "The length penalty is %s and the minimum length %d; give a number, and 0 or more."
              .formatted(lengthPenalty, minLength));
    }
  }

  @Override
  public BeamSearch maxNewTokens(int value) {
    return new BeamSearch(value, beams, lengthPenalty, minLength);
  }

  @Override
  public int rows() {
    return beams;
  }

  @Override
  public String describe() {
    return lengthPenalty == 1
        ? beams + " beams"
        : String.format(Locale.ROOT, "%d beams, length penalty %s", beams, lengthPenalty);
  }

  @Override
  public Writing begin(long index, int promptLength, int stopToken) {
    return new BeamWriting(this, promptLength, stopToken);
  }
}
