package dev.adder.evaluation;

import java.util.Arrays;

/** A text written by one sequence, token by token. */
final class SingleWriting implements Writing {

  /** Chooses the token of a step. */
  @FunctionalInterface
  interface Choice {
    int token(float[] logits, int step);
  }

  private static final int[] PARENTS = {0};

  private final int stopToken;
  private final Choice choice;
  private final int[] next = new int[1];
  private final int[] written;
  private int count;

  SingleWriting(int maxNewTokens, int stopToken, Choice choice) {
    this.stopToken = stopToken;
    this.choice = choice;
    written = new int[maxNewTokens];
  }

  @Override
  public boolean choose(float[][] logits) {
    next[0] = choice.token(logits[0], count);
    if (next[0] == stopToken) {
      return false;
    }
    written[count++] = next[0];
    return count < written.length;
  }

  @Override
  @SuppressWarnings("MutableArrayReturn")
  public int[] parents() {
    return PARENTS;
  }

  @Override
  public int[] tokens() {
    return next;
  }

  @Override
  public int[] text() {
    return Arrays.copyOf(written, count);
  }
}
