package dev.adder.tensor.cuda;

import ai.djl.ndarray.NDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The structure a kernel takes, field by field in the order of its text, aligned as C++ does. */
public final class Arguments {

  private final ByteBuffer bytes = ByteBuffer.allocate(512).order(ByteOrder.nativeOrder());

  /** The address of a contiguous tensor; 0 for none. */
  public Arguments tensor(@Nullable NDArray tensor) {
    return whole(tensor == null ? 0 : NativeTensor.address(tensor));
  }

  /** A long long. */
  public Arguments whole(long value) {
    align(Long.BYTES);
    bytes.putLong(value);
    return this;
  }

  /** As many absent tensors. */
  public Arguments none(int count) {
    for (int i = 0; i < count; i++) {
      tensor(null);
    }
    return this;
  }

  /** An int. */
  public Arguments number(long value) {
    bytes.putInt(Math.toIntExact(value));
    return this;
  }

  /** A float. */
  public Arguments real(double value) {
    bytes.putFloat((float) value);
    return this;
  }

  private void align(int width) {
    while (bytes.position() % width != 0) {
      bytes.put((byte) 0);
    }
  }

  byte[] structure() {
    align(Long.BYTES);
    return Arrays.copyOf(bytes.array(), bytes.position());
  }
}
