package dev.adder.data;

import java.math.BigInteger;

/**
 * The permutation of NumPy's default generator: {@code default_rng(seed).permutation(n)}, to the
 * bit.
 *
 * <p>SeedSequence expands the seed, PCG64 (XSL-RR 128/64) gives the bits, Fisher–Yates from the top
 * takes 32-bit draws with masked rejection.
 */
final class Permutation {

  private static final BigInteger MASK_128 = BigInteger.ONE.shiftLeft(128).subtract(BigInteger.ONE);
  private static final BigInteger MULTIPLIER =
      new BigInteger("2549297995355413924")
          .shiftLeft(64)
          .add(new BigInteger("4865540595714422341"));

  private final BigInteger increment;
  private BigInteger state;
  private boolean buffered;
  private int buffer;

  private Permutation(int seed) {
    long[] words = new SeedSequence(seed).words();
    BigInteger initial = wide(words[0], words[1]);
    increment = wide(words[2], words[3]).shiftLeft(1).or(BigInteger.ONE).and(MASK_128);
    state = BigInteger.ZERO;
    step();
    state = state.add(initial).and(MASK_128);
    step();
  }

  /** 0 … n − 1 in the order of this seed. */
  static int[] of(int seed, int n) {
    Permutation generator = new Permutation(seed);
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    for (int i = n - 1; i > 0; i--) {
      int j = generator.upTo(i);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }

  private int upTo(int largest) {
    int mask = -1 >>> Integer.numberOfLeadingZeros(largest);
    while (true) {
      int draw = next32() & mask;
      if (draw <= largest) {
        return draw;
      }
    }
  }

  private int next32() {
    if (buffered) {
      buffered = false;
      return buffer;
    }
    long bits = next64();
    buffer = (int) (bits >>> 32);
    buffered = true;
    return (int) bits;
  }

  long next64() {
    step();
    long high = state.shiftRight(64).longValue();
    long low = state.longValue();
    return Long.rotateRight(high ^ low, (int) (high >>> 58));
  }

  private void step() {
    state = state.multiply(MULTIPLIER).add(increment).and(MASK_128);
  }

  private static BigInteger wide(long high, long low) {
    return unsigned(high).shiftLeft(64).or(unsigned(low));
  }

  private static BigInteger unsigned(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }

  /** NumPy's seed expansion for one 32-bit word of entropy, to four 64-bit words. */
  private static final class SeedSequence {

    private final int[] pool = new int[4];
    private int constant = 0x43b0d7e5;

    SeedSequence(int seed) {
      for (int i = 0; i < 4; i++) {
        pool[i] = hash(i == 0 ? seed : 0);
      }
      for (int source = 0; source < 4; source++) {
        for (int to = 0; to < 4; to++) {
          if (source != to) {
            pool[to] = mix(pool[to], hash(pool[source]));
          }
        }
      }
    }

    private int hash(int value) {
      int v = value ^ constant;
      constant *= 0x931e8875;
      v *= constant;
      return v ^ (v >>> 16);
    }

    private static int mix(int x, int y) {
      int v = 0xca01f9dd * x - 0x4973f715 * y;
      return v ^ (v >>> 16);
    }

    long[] words() {
      int out = 0x8b51f9dd;
      int[] halves = new int[8];
      for (int i = 0; i < 8; i++) {
        int v = pool[i % 4] ^ out;
        out *= 0x58f38ded;
        v *= out;
        halves[i] = v ^ (v >>> 16);
      }
      long[] words = new long[4];
      for (int i = 0; i < 4; i++) {
        words[i] = (halves[2 * i] & 0xFFFFFFFFL) | ((long) halves[2 * i + 1] << 32);
      }
      return words;
    }
  }
}
