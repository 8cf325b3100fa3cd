package dev.adder.data;

import java.util.Random;
import java.util.SplittableRandom;

/** Independent sequences of random numbers by seed and index, the same on every JDK. */
final class SeededRandom {

  private SeededRandom() {}

  /**
   * The sequence of this index. Neighbouring seeds of {@link Random} begin alike, so seed and index
   * are mixed first.
   */
  static Random of(long seed, long index) {
    long mixed = new SplittableRandom(seed).nextLong() + new SplittableRandom(index).nextLong();
    return new Random(new SplittableRandom(mixed).nextLong());
  }
}
