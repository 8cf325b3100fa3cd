package dev.adder.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * An endless sequence of batches: every epoch in a new order, the incomplete last batch dropped.
 * The i-th batch is a pure function of the examples, the seed and i.
 */
public final class Batches implements BatchSource {

  private final List<TokenExample> examples;
  private final int batchSize;
  private final long seed;
  private long orderedEpoch = -1;
  private List<TokenExample> ordered = List.of();

  /**
   * @param examples at least {@code batchSize}
   * @param batchSize rows per batch
   * @param seed of the orders
   */
  public Batches(List<TokenExample> examples, int batchSize, long seed) {
    if (batchSize < 1 || examples.size() < batchSize) {
      throw new IllegalArgumentException(
          "There are %d examples for batches of %d; use a batch size from 1 to %d."
              .formatted(examples.size(), batchSize, examples.size()));
    }
    this.examples = List.copyOf(examples);
    this.batchSize = batchSize;
    this.seed = seed;
  }

  /** Number of examples. */
  public int examples() {
    return examples.size();
  }

  /** Tokens per row of the longest batch. */
  public int longest() {
    return examples.stream().mapToInt(TokenExample::length).max().orElseThrow();
  }

  @Override
  public synchronized TokenBatch get(long i) {
    long perEpoch = examples.size() / batchSize;
    long epoch = i / perEpoch;
    if (epoch != orderedEpoch) {
      List<TokenExample> shuffled = new ArrayList<>(examples);
      Collections.shuffle(shuffled, SeededRandom.of(seed, epoch));
      ordered = shuffled;
      orderedEpoch = epoch;
    }
    int from = Math.toIntExact(i % perEpoch) * batchSize;
    return TokenBatch.of(ordered.subList(from, from + batchSize));
  }

  /** All examples in their own order, the last batch as large as what is left. */
  public static List<TokenBatch> inOrder(List<TokenExample> examples, int batchSize) {
    List<TokenBatch> batches = new ArrayList<>();
    for (int from = 0; from < examples.size(); from += batchSize) {
      int to = Math.min(from + batchSize, examples.size());
      batches.add(TokenBatch.of(examples.subList(from, to)));
    }
    return batches;
  }
}
