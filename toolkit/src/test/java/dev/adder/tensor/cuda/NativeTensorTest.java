package dev.adder.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import org.junit.jupiter.api.Test;

class NativeTensorTest {

  private final NDManager manager = NDManager.newBaseManager("PyTorch");

  @Test
  void an_address_is_the_one_the_engine_gives() {
    NDArray tensor = manager.create(new float[] {1, 2, 3, 4}, new Shape(2, 2)).duplicate();
    Pointer buffer =
        Native.getDirectBufferPointer(JniUtils.getByteBuffer((PtNDArray) tensor, true));
    assertThat(NativeTensor.address(tensor)).isEqualTo(Pointer.nativeValue(buffer));
  }

  @Test
  void a_tensor_with_gaps_is_refused() {
    NDArray transposed = manager.create(new float[6], new Shape(2, 3)).transpose();
    assertThatThrownBy(() -> NativeTensor.address(transposed))
        .hasMessage("A tensor of shape (3, 2) is not contiguous. Copy it first.");
    NDArray column = manager.create(new float[6], new Shape(6, 1)).transpose();
    assertThat(NativeTensor.address(column)).isNotZero();
  }

  @Test
  void bf16_is_made_recognised_and_multiplied() {
    NDArray a = NativeTensor.toBf16(manager.create(new float[] {1, 2, 3, 4}, new Shape(2, 2)));
    NDArray b = NativeTensor.toBf16(manager.create(new float[] {1, 0.5f, -1, 1}, new Shape(2, 2)));
    assertThat(NativeTensor.isBf16(a)).isTrue();
    assertThat(NativeTensor.isBf16(manager.ones(new Shape(1)))).isFalse();
    // What DJL 0.36 says of it: it has no number for this type.
    assertThat(a.getDataType()).isEqualTo(DataType.UNKNOWN);
    NDArray product = a.matMul(b.transpose());
    assertThat(NativeTensor.isBf16(product)).isTrue();
    assertThat(NativeTensor.toFloat(product).toFloatArray()).containsExactly(2, 1, 5, 1);
  }

  @Test
  void bf16_rounds_to_the_nearest_even() {
    float[] values = {1 + 0x1p-8f, 1 + 3 * 0x1p-8f, -1e-30f, 65504};
    NDArray rounded = NativeTensor.toFloat(NativeTensor.toBf16(manager.create(values)));
    assertThat(rounded.toFloatArray()).startsWith(1, 1 + 0x1p-6f);
  }

  @Test
  void a_tensor_is_filled_in_its_own_type() {
    NDArray half = NativeTensor.toBf16(manager.create(new float[] {1, 2}));
    NDArray filled = NativeTensor.filledLike(half, 3);
    assertThat(NativeTensor.isBf16(filled)).isTrue();
    assertThat(NativeTensor.toFloat(filled).toFloatArray()).containsExactly(3, 3);
  }

  @Test
  void a_field_of_a_structure_lies_where_the_compiler_puts_it() {
    byte[] structure = new Arguments().number(1).whole(2).real(1).structure();
    assertThat(structure).hasSize(24);
    assertThat(structure[8]).isEqualTo((byte) 2);
  }
}
