package dev.adder.model;

import java.util.List;

/**
 * The tokens a model knows.
 *
 * @param size one more than the largest
 */
record Vocabulary(int size) {

  void require(int token) {
    if (token < 0 || token >= size) {
      throw new IllegalArgumentException(
          "Token %d is outside of the vocabulary of %d tokens, 0 to %d."
              .formatted(token, size, size - 1));
    }
  }

  void require(int[] tokens) {
    for (int token : tokens) {
      require(token);
    }
  }

  /** One token for each sequence. */
  void requireStep(int[] tokens, int sequences) {
    if (tokens.length != sequences) {
      throw new IllegalArgumentException(
          "%d tokens are given for %d sequences; each reads one."
              .formatted(tokens.length, sequences));
    }
    require(tokens);
  }

  void requirePrompt(int[] tokens) {
    if (tokens.length == 0) {
      throw new IllegalArgumentException("The prompt is empty. Give at least one token.");
    }
    require(tokens);
  }

  void requirePrompts(List<int[]> prompts) {
    if (prompts.isEmpty()) {
      throw new IllegalArgumentException("There is no prompt. Give at least one.");
    }
    prompts.forEach(this::requirePrompt);
  }
}
