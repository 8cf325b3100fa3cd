package dev.adder.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What kernels rely on: where tensors lie, and that reads and writes touch what they should. */
class RawTensorTest {

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager("PyTorch");
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 15, 16, 17, 63, 64, 65, 1000, 4097})
  void tensors_made_from_values_lie_at_multiples_of_64_bytes(int size) {
    for (int i = 0; i < 5; i++) {
      NDArray floats = RawTensor.create(manager, new float[size], new Shape(size));
      NDArray doubles = RawTensor.create(manager, new double[size], new Shape(size));
      assertThat(RawTensor.of(floats).address() % 64).isZero();
      assertThat(RawTensor.of(doubles).address() % 64).isZero();
    }
  }

  @Test
  void values_come_back_bit_for_bit_also_those_that_are_no_numbers() {
    float[] values = {0f, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.MIN_VALUE, -1.5f};
    NDArray tensor = RawTensor.create(manager, values, new Shape(2, 3));
    assertThat(tensor.toFloatArray()).containsExactly(values);
    assertThat(RawTensor.of(tensor).toFloatArray()).containsExactly(values);
    assertThat(Float.floatToRawIntBits(RawTensor.of(tensor).get(1))).isEqualTo(0x80000000);
    NDArray longs = RawTensor.create(manager, new long[] {Long.MAX_VALUE, -1}, new Shape(2));
    assertThat(longs.toLongArray()).containsExactly(Long.MAX_VALUE, -1);
  }

  @Test
  void a_tensor_without_elements_is_read_as_such() {
    NDArray none = RawTensor.create(manager, new float[0], new Shape(0, 4));
    RawTensor raw = RawTensor.of(none);
    assertThat(raw.size()).isZero();
    assertThat(raw.address()).isZero();
    assertThat(raw.toFloatArray()).isEmpty();
    raw.clear(0, 0);
    raw.read(0, new float[0], 0, 0);
  }

  @Test
  void as_many_values_as_the_shape_holds_must_be_given() {
    assertThatThrownBy(() -> RawTensor.create(manager, new float[5], new Shape(2, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("5 values are given for a tensor of shape (2, 3).");
    assertThatThrownBy(() -> RawTensor.of(manager.ones(new Shape(3))).set(new float[2]))
        .hasMessage("2 values are given for a tensor of 3.");
  }

  @Test
  void a_type_that_kernels_cannot_read_is_refused() {
    NDArray ints = manager.create(new int[] {1});
    assertThatThrownBy(() -> RawTensor.of(ints)).hasMessageContaining("kernels read float32");
    assertThat(RawTensor.isReal(ints)).isFalse();
    assertThat(RawTensor.isFloat(manager.ones(new Shape(1), DataType.FLOAT64))).isFalse();
  }

  @Test
  void a_view_is_read_in_its_own_order() {
    NDArray view = manager.arange(6f).reshape(2, 3).transpose();
    assertThat(RawTensor.of(view).toFloatArray()).containsExactly(0, 3, 1, 4, 2, 5);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 100})
  void reads_and_writes_of_odd_counts_touch_nothing_beside_them(int count) {
    int offset = 3;
    int size = count + 9;
    float[] numbers = new float[size];
    KeyedRandom.of(1).fillNormal(numbers, 1);
    RawTensor source = RawTensor.of(RawTensor.create(manager, numbers, new Shape(size)));

    float[] read = new float[count + 4];
    source.read(offset, read, 2, count);
    RawTensor written = zeros(size);
    written.write(offset, numbers, offset, count);
    RawTensor copied = zeros(size);
    copied.copy(offset + 1, source, offset, count);
    RawTensor cleared = RawTensor.of(RawTensor.create(manager, numbers, new Shape(size)));
    cleared.clear(offset, count);

    for (int i = 0; i < size; i++) {
      boolean inside = i >= offset && i < offset + count;
      boolean moved = i >= offset + 1 && i < offset + 1 + count;
      assertThat(written.get(i)).isEqualTo(inside ? numbers[i] : 0);
      assertThat(copied.get(i)).isEqualTo(moved ? numbers[i - 1] : 0);
      assertThat(cleared.get(i)).isEqualTo(inside ? 0 : numbers[i]);
    }
    for (int i = 0; i < read.length; i++) {
      boolean inside = i >= 2 && i < 2 + count;
      assertThat(read[i]).isEqualTo(inside ? numbers[offset + i - 2] : 0);
    }
  }

  private RawTensor zeros(int size) {
    return RawTensor.of(RawTensor.create(manager, new float[size], new Shape(size)));
  }
}
