package dev.adder.data;

import java.util.Random;

/**
 * The inputs of the paper's synthetic experiment (v1's figure of deep S4 regression; released
 * code): whole numbers uniform in 0 … 9 at every step of every channel, drawn anew for every batch.
 * What is to be learned from them is the output of another model.
 *
 * @param batch sequences per batch
 * @param length steps of each
 * @param channels numbers per step
 * @param seed of all numbers
 */
public record SyntheticRegression(int batch, int length, int channels, long seed)
    implements SequenceSource {

  /** As released: 4000 sequences of 200 steps of 64 channels, seed 123. */
  public static final SyntheticRegression PAPER = new SyntheticRegression(4000, 200, 64, 123);

  private static final int VALUES = 10;

  public SyntheticRegression {
    requirePositive("batch", batch);
    requirePositive("length", length);
    requirePositive("channels", channels);
  }

  private static void requirePositive(String key, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(key + " is " + value + "; it must be at least 1.");
    }
  }

  /** The same with batches of this size. */
  public SyntheticRegression batch(int sequences) {
    return new SyntheticRegression(sequences, length, channels, seed);
  }

  /** The same with sequences of this length. */
  public SyntheticRegression length(int steps) {
    return new SyntheticRegression(batch, steps, channels, seed);
  }

  /** The same with this many channels. */
  public SyntheticRegression channels(int numbers) {
    return new SyntheticRegression(batch, length, numbers, seed);
  }

  /** The same from another seed. */
  public SyntheticRegression seed(long value) {
    return new SyntheticRegression(batch, length, channels, value);
  }

  @Override
  public SequenceBatch get(long i) {
    Random random = SeededRandom.of(seed, i);
    float[] values = new float[Math.multiplyExact(Math.multiplyExact(batch, length), channels)];
    for (int at = 0; at < values.length; at++) {
      values[at] = random.nextInt(VALUES);
    }
    return new SequenceBatch(batch, length, channels, values);
  }
}
