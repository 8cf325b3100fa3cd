package dev.adder.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class LaneSumTest {

  private static final int LANES = VectorMath.LANES;

  private final Random random = new Random(1);

  @Test
  void a_vectors_sum_is_that_of_its_numbers() {
    float[] numbers = numbers(LANES);
    double expected = 0;
    for (float number : numbers) {
      expected += number;
    }

    assertThat((double) LaneSum.of(FloatVector.fromArray(VectorMath.SPECIES, numbers, 0)))
        .isCloseTo(expected, within(1e-6));
  }

  @Test
  void rows_are_summed_to_the_bits_of_vector_by_vector() {
    int count = 5;
    int start = 3;
    int apart = count * LANES + 2;
    float[] memory = numbers(start + LANES * apart);
    float[][] expected = new float[LANES][count];
    for (int row = 0; row < LANES; row++) {
      for (int i = 0; i < count; i++) {
        int at = start + row * apart + i * LANES;
        expected[row][i] = LaneSum.of(FloatVector.fromArray(VectorMath.SPECIES, memory, at));
      }
    }

    LaneSum.ofRows(memory, start, apart, count);

    for (int row = 0; row < LANES; row++) {
      for (int i = 0; i < count; i++) {
        assertThat(memory[start + i * LANES + row]).isEqualTo(expected[row][i]);
      }
    }
  }

  @Test
  void what_stands_in_one_row_does_not_reach_the_sums_of_others() {
    float[] memory = numbers(LANES * LANES);
    memory[LANES * (LANES - 1)] = Float.NaN;

    LaneSum.ofRows(memory, 0, LANES, 1);

    for (int row = 0; row < LANES - 1; row++) {
      assertThat(memory[row]).isNotNaN();
    }
    assertThat(memory[LANES - 1]).isNaN();
  }

  private float[] numbers(int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = random.nextFloat() - 0.5f;
    }
    return numbers;
  }
}
