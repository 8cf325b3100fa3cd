package dev.adder.data;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Examples as a rectangle of tokens, padded on the right by token 0.
 *
 * @param batch number of rows
 * @param length tokens per row
 * @param inputIds by row
 * @param targets by row: the token that comes next where it counts, −100 elsewhere
 */
@SuppressWarnings("ArrayRecordComponent")
public record TokenBatch(int batch, int length, int[] inputIds, int[] targets) {

  /** A target that does not count. */
  public static final int IGNORED = -100;

  /** The rectangle of these examples. */
  public static TokenBatch of(List<TokenExample> examples) {
    int length = examples.stream().mapToInt(TokenExample::length).max().orElseThrow();
    int[] inputs = new int[examples.size() * length];
    int[] targets = new int[inputs.length];
    Arrays.fill(targets, IGNORED);
    for (int i = 0; i < examples.size(); i++) {
      examples.get(i).write(inputs, targets, i * length);
    }
    return new TokenBatch(examples.size(), length, inputs, targets);
  }

  /** Indices into the flattened rectangle where a target counts, in order. */
  public int[] labelPositions() {
    return IntStream.range(0, targets.length).filter(i -> targets[i] != IGNORED).toArray();
  }

  /** The targets that count, in order. */
  public int[] labels() {
    return IntStream.of(targets).filter(t -> t != IGNORED).toArray();
  }
}
