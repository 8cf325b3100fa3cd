package dev.adder.data;

/** MT19937, as Python and the engine seed it. */
final class MersenneTwister {

  private static final int N = 624;
  private static final int M = 397;

  private final int[] state = new int[N];
  private int next = N;

  private MersenneTwister(int seed) {
    state[0] = seed;
    for (int i = 1; i < N; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
  }

  /** Seeded by one 32-bit number, as {@code torch.Generator} is. */
  static MersenneTwister ofNumber(int seed) {
    return new MersenneTwister(seed);
  }

  /** Seeded by an array of one number, as Python's {@code random.Random} is. */
  static MersenneTwister ofArray(int key) {
    MersenneTwister twister = new MersenneTwister(19650218);
    int[] s = twister.state;
    int i = 1;
    for (int k = 0; k < N; k++) {
      s[i] = (s[i] ^ ((s[i - 1] ^ (s[i - 1] >>> 30)) * 1664525)) + key;
      i = twister.wrap(i + 1);
    }
    for (int k = 0; k < N - 1; k++) {
      s[i] = (s[i] ^ ((s[i - 1] ^ (s[i - 1] >>> 30)) * 1566083941)) - i;
      i = twister.wrap(i + 1);
    }
    s[0] = 0x80000000;
    return twister;
  }

  private int wrap(int i) {
    if (i < N) {
      return i;
    }
    state[0] = state[N - 1];
    return 1;
  }

  /** 32 random bits. */
  int next32() {
    if (next == N) {
      twist();
    }
    int y = state[next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return y ^ (y >>> 18);
  }

  private void twist() {
    for (int k = 0; k < N; k++) {
      int y = (state[k] & 0x80000000) | (state[(k + 1) % N] & 0x7fffffff);
      state[k] = state[(k + M) % N] ^ (y >>> 1) ^ ((y & 1) == 0 ? 0 : 0x9908b0df);
    }
    next = 0;
  }

  /** Python's {@code random.Random(seed).shuffle(list(range(n)))}. */
  static int[] pythonShuffle(int seed, int n) {
    MersenneTwister twister = ofArray(seed);
    int[] order = java.util.stream.IntStream.range(0, n).toArray();
    for (int i = n - 1; i > 0; i--) {
      int bits = 32 - Integer.numberOfLeadingZeros(i + 1);
      int j = twister.next32() >>> (32 - bits);
      while (j > i) {
        j = twister.next32() >>> (32 - bits);
      }
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }

  /** The engine's {@code torch.randperm(n)} with a generator of this seed, on a CPU. */
  static int[] torchPermutation(int seed, int n) {
    MersenneTwister twister = ofNumber(seed);
    int[] order = java.util.stream.IntStream.range(0, n).toArray();
    for (int i = 0; i < n - 1; i++) {
      int j = i + Integer.remainderUnsigned(twister.next32(), n - i);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }
}
