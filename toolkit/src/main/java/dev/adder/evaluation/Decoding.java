package dev.adder.evaluation;

/** How the tokens that a model writes are chosen. */
public sealed interface Decoding permits Greedy, Sampling, BeamSearch {

  /** At most so many tokens are written. */
  int maxNewTokens();

  /** The same with another limit. */
  Decoding maxNewTokens(int value);

  /** Sequences that are read side by side for one prompt. */
  int rows();

  /** What is chosen, in a few words: for tables and captions. */
  String describe();

  /**
   * Begins to write behind a prompt.
   *
   * @param index of the prompt among those given; random numbers depend on it, not on its batch
   * @param promptLength tokens of the prompt
   * @param stopToken ends the text and is not part of it; −1 for none
   */
  Writing begin(long index, int promptLength, int stopToken);

  /** The most probable token each time. */
  static Greedy greedy(int maxNewTokens) {
    return new Greedy(maxNewTokens);
  }

  /** Tokens by chance, of all and by the model's own probabilities until told otherwise. */
  static Sampling sampling(int maxNewTokens, long seed) {
    return new Sampling(maxNewTokens, 1, 0, 1, seed);
  }

  /** The most probable text among those that so many beams find. */
  static BeamSearch beams(int beams, int maxNewTokens) {
    return new BeamSearch(maxNewTokens, beams, 1, 0);
  }

  /** {@code maxNewTokens} as every decoding checks it. */
  static void requireMaxNewTokens(int value) {
    if (value < 0) {
      throw new IllegalArgumentException(
          "%d new tokens are asked for; it must be 0 or more.".formatted(value));
    }
  }
}
