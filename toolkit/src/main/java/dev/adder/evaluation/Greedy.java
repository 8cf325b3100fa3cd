package dev.adder.evaluation;

/**
 * The most probable token each time, the first of several.
 *
 * @param maxNewTokens 0 or more
 */
public record Greedy(int maxNewTokens) implements Decoding {

  public Greedy {
    Decoding.requireMaxNewTokens(maxNewTokens);
  }

  @Override
  public Greedy maxNewTokens(int value) {
    return new Greedy(value);
  }

  @Override
  public int rows() {
    return 1;
  }

  @Override
  public String describe() {
    return "greedy";
  }

  @Override
  public Writing begin(long index, int promptLength, int stopToken) {
    return new SingleWriting(maxNewTokens, stopToken, (logits, step) -> largest(logits));
  }

  static int largest(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }
}
