package dev.adder.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class KeyedRandomTest {

  @Test
  void a_number_depends_on_its_key_and_index_only() {
    KeyedRandom one = KeyedRandom.of(5).derive("a").derive(3);
    long expected = one.bits(7);
    one.bits(100);
    assertThat(KeyedRandom.of(5).derive("a").derive(3).bits(7)).isEqualTo(expected);
    assertThat(KeyedRandom.of(5).derive("b").derive(3).bits(7)).isNotEqualTo(expected);
    assertThat(KeyedRandom.of(6).derive("a").derive(3).bits(7)).isNotEqualTo(expected);
    assertThat(KeyedRandom.of(5).derive(3).derive("a").bits(7)).isNotEqualTo(expected);
  }

  @Test
  void moments_are_those_of_the_distribution() {
    KeyedRandom random = KeyedRandom.of(1);
    int n = 200_000;
    double sum = 0;
    double squares = 0;
    double normalSum = 0;
    double normalSquares = 0;
    int[] below = new int[5];
    for (int i = 0; i < n; i++) {
      double u = random.uniform(i);
      double z = random.normal(i);
      assertThat(u).isBetween(0.0, 1.0);
      sum += u;
      squares += u * u;
      normalSum += z;
      normalSquares += z * z;
      below[random.below(i, 5)]++;
    }
    assertThat(sum / n).isCloseTo(0.5, within(0.003));
    assertThat(squares / n).isCloseTo(1.0 / 3, within(0.003));
    assertThat(normalSum / n).isCloseTo(0, within(0.01));
    assertThat(normalSquares / n).isCloseTo(1, within(0.02));
    for (int count : below) {
      assertThat((double) count / n).isCloseTo(0.2, within(0.005));
    }
  }
}
