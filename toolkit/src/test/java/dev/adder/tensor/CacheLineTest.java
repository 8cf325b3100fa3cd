package dev.adder.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Addresses of the Java heap are not to be seen from Java, but distances follow from sizes. */
class CacheLineTest {

  private static final int HEADER_BYTES = 16;

  @Test
  void arrays_made_one_after_the_other_are_their_size_apart() {
    int pairs = 1000;
    int length = 100;
    int apart = (HEADER_BYTES + length * Float.BYTES) / Float.BYTES % CacheLine.FLOATS;
    int asExpected = 0;
    for (int i = 0; i < pairs; i++) {
      float[] one = new float[length];
      float[] other = new float[length];
      int first = CacheLine.first(one);
      assertThat(first).isBetween(0, CacheLine.FLOATS - 1);
      if (Math.floorMod(first - apart, CacheLine.FLOATS) == CacheLine.first(other)) {
        asExpected++;
      }
    }

    // But for what a thread's allocation buffer or the garbage collector puts between them.
    assertThat(asExpected).isGreaterThan(pairs * 3 / 4);
  }

  @Test
  void an_array_that_has_not_moved_has_its_lines_where_they_were() {
    float[] array = new float[100_000];
    System.gc();
    int first = CacheLine.first(array);

    assertThat(CacheLine.first(array)).isEqualTo(first);
  }
}
