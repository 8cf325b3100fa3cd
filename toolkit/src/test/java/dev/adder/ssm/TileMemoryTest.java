package dev.adder.ssm;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.RawTensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TileMemoryTest {

  private static final int LANES = VectorMath.LANES;
  private static final int STEPS = 3;

  /** Two ranges, with numbers for four blocks by (block, step, lane) in the second. */
  private static final class Ranges extends TileMemory {
    final int some = range(5);
    final int blocks = range(4 * STEPS * LANES);

    Ranges() {
      allocate();
      settle();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 16, 17, 32, 45, 64})
  void rows_are_filled_and_drained_unchanged_and_lanes_without_a_channel_are_zero(int channels) {
    int count = Math.min(channels, 4 * LANES);
    Ranges memory = new Ranges();
    for (int i = 0; i < 4 * STEPS * LANES; i++) {
      memory.put(memory.blocks + i, Float.NaN);
    }
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      NDArray rows = manager.arange(1f, STEPS * count + 1f).reshape(STEPS, count);
      NDArray copy = manager.zeros(new Shape(STEPS, count));

      memory.fill(RawTensor.of(rows), 0, count, STEPS, count, memory.blocks, STEPS * LANES);
      memory.drain(memory.blocks, STEPS * LANES, RawTensor.of(copy), 0, count, STEPS, count);

      assertThat(copy.toFloatArray()).isEqualTo(rows.toFloatArray());
      for (int t = 0; t < STEPS; t++) {
        for (int lane = 0; lane < (count + LANES - 1) / LANES * LANES; lane++) {
          int at = memory.blocks + lane / LANES * STEPS * LANES + t * LANES + lane % LANES;
          assertThat(memory.get(at)).isEqualTo(lane < count ? t * count + lane + 1f : 0f);
        }
      }
    }
  }

  @Test
  void ranges_do_not_overlap_wherever_the_array_begins() {
    // Arrays of odd lengths between them have the ranges begin in different places of a line.
    List<float[]> between = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      between.add(new float[2 * i + 1]);
      Ranges memory = new Ranges();
      memory.clear(memory.some, 5);
      memory.clear(memory.blocks, 4 * STEPS * LANES);
      memory.put(memory.some + 4, 1);
      memory.put(memory.blocks, 2);
      memory.put(memory.blocks + 4 * STEPS * LANES - 1, 3);

      assertThat(memory.get(memory.some + 4)).isEqualTo(1f);
      assertThat(memory.load(memory.begin() + memory.blocks).lane(0)).isEqualTo(2f);
      assertThat(memory.get(memory.blocks + 4 * STEPS * LANES - 1)).isEqualTo(3f);
      assertThat(memory.blocks).isGreaterThanOrEqualTo(memory.some + 5 + LANES);
    }
    assertThat(between).hasSize(16);
  }
}
