package dev.adder.tensor;

import java.nio.charset.StandardCharsets;

/**
 * Random numbers by key: the i-th number of a key is a pure function of the key and i, whatever was
 * drawn before and in whatever order. Keys form a tree by {@link #derive}.
 *
 * <p>Number i is the SplitMix64 finaliser of key + i · 0x9E3779B97F4A7C15 (Steele, Lea, Flood
 * 2014).
 */
public final class KeyedRandom {

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final long key;

  private KeyedRandom(long key) {
    this.key = key;
  }

  /** The root of a seed. */
  public static KeyedRandom of(long seed) {
    return new KeyedRandom(mix(seed ^ 0x5851F42D4C957F2DL));
  }

  /** The branch of this name. */
  public KeyedRandom derive(String name) {
    long hash = 0xCBF29CE484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
    }
    return new KeyedRandom(mix(mix(key ^ GOLDEN) + mix(hash)));
  }

  /** The branch of this number. */
  public KeyedRandom derive(long number) {
    return new KeyedRandom(mix(mix(key ^ ~GOLDEN) + mix(number)));
  }

  /** The key itself, for kernels that draw the same numbers. */
  public long key() {
    return key;
  }

  /** The i-th 64 bits. */
  public long bits(long i) {
    return mix(key + i * GOLDEN);
  }

  /** The i-th number in [0, 1), of 24 bits. */
  public float uniform(long i) {
    return (bits(i) >>> 40) * 0x1p-24f;
  }

  /** The i-th whole number in [0, bound). */
  public int below(long i, int bound) {
    if (bound < 1) {
      throw new IllegalArgumentException("The bound is " + bound + "; it must be at least 1.");
    }
    return (int) (((bits(i) >>> 32) * bound) >>> 32);
  }

  /** The i-th standard normal number (Box–Muller, the same bits on every JDK). */
  public float normal(long i) {
    long bits = bits(i);
    double u = ((bits >>> 40) + 1) * 0x1p-24;
    double v = ((bits >>> 8) & 0xFFFFFFL) * 0x1p-24;
    return (float) (StrictMath.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(2 * Math.PI * v));
  }

  /** Numbers 0, 1, … uniform in [low, high). */
  public void fillUniform(float[] values, float low, float high) {
    for (int i = 0; i < values.length; i++) {
      values[i] = low + (high - low) * uniform(i);
    }
  }

  /** Numbers 0, 1, … normal with this deviation. */
  public void fillNormal(float[] values, float deviation) {
    for (int i = 0; i < values.length; i++) {
      values[i] = deviation * normal(i);
    }
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
