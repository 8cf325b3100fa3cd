package dev.adder.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;

/**
 * The memory of a contiguous CPU tensor, read and written in place. Valid while the tensor is open.
 *
 * <p>Kernels copy tiles between this memory and Java arrays: the Vector API's access to buffers
 * changed between JDK 17 and 22, its access to arrays did not, and a tile copy is a memcpy in
 * cache.
 */
public final class RawTensor {

  private final ByteBuffer bytes;
  private final DataType type;
  private final int size;

  private RawTensor(ByteBuffer bytes, DataType type, int size) {
    this.bytes = bytes;
    this.type = type;
    this.size = size;
  }

  /**
   * The memory of a tensor.
   *
   * @param tensor float32 or float64, contiguous, on the CPU, of fewer than 2³¹ bytes
   */
  public static RawTensor of(NDArray tensor) {
    DataType type = tensor.getDataType();
    if (type != DataType.FLOAT32 && type != DataType.FLOAT64) {
      throw new IllegalArgumentException(
          "A tensor is of type %s; kernels read float32 and float64.".formatted(type));
    }
    if (tensor.getDevice().isGpu()) {
      throw new IllegalArgumentException(
          "A tensor is on %s; this kernel reads CPU memory.".formatted(tensor.getDevice()));
    }
    int size = Math.toIntExact(tensor.size());
    int width = type.getNumOfBytes();
    ByteBuffer bytes = memory(tensor);
    if ((size > 0 && !bytes.isDirect()) || bytes.remaining() != (long) size * width) {
      throw new IllegalArgumentException(
          "A tensor of shape %s is not contiguous. Copy it first.".formatted(tensor.getShape()));
    }
    return new RawTensor(bytes, type, size);
  }

  public int size() {
    return size;
  }

  public boolean isDouble() {
    return type == DataType.FLOAT64;
  }

  /** The elements, if float32; the buffer's position is its caller's own. */
  public FloatBuffer floats() {
    return bytes.duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  /** The elements, if float64; the buffer's position is its caller's own. */
  public DoubleBuffer doubles() {
    return bytes.duplicate().order(ByteOrder.nativeOrder()).asDoubleBuffer();
  }

  /** A copy of float32 elements. */
  public float[] toFloatArray() {
    float[] values = new float[size];
    floats().get(values);
    return values;
  }

  /** A copy of the elements as float64, whichever type they have. */
  public double[] toDoubleArray() {
    double[] values = new double[size];
    if (isDouble()) {
      doubles().get(values);
    } else {
      float[] floats = toFloatArray();
      for (int i = 0; i < size; i++) {
        values[i] = floats[i];
      }
    }
    return values;
  }

  /** Overwrites all elements of a float32 tensor. */
  public void set(float[] values) {
    if (values.length != size) {
      throw new IllegalArgumentException(
          "%d values are given for a tensor of %d.".formatted(values.length, size));
    }
    floats().put(values);
  }

  /**
   * A new float32 tensor with these values, in memory of the engine.
   *
   * <p>The engine's own way from values to a tensor wraps Java's memory, which is aligned to 16
   * bytes only; the engine's matrix products round by alignment, so that results would depend on
   * where that memory happened to lie. The engine's memory is aligned to 64 bytes.
   */
  public static NDArray create(NDManager manager, float[] values, Shape shape) {
    if (manager.getDevice().isGpu()) {
      return manager.create(values, shape);
    }
    NDArray tensor = empty(manager, values.length, shape, DataType.FLOAT32);
    memory(tensor).asFloatBuffer().put(values);
    return tensor;
  }

  /** A new float64 tensor with these values, in memory of the engine. */
  public static NDArray create(NDManager manager, double[] values, Shape shape) {
    if (manager.getDevice().isGpu()) {
      return manager.create(values, shape);
    }
    NDArray tensor = empty(manager, values.length, shape, DataType.FLOAT64);
    memory(tensor).asDoubleBuffer().put(values);
    return tensor;
  }

  /** A new int64 tensor with these values, in memory of the engine. */
  public static NDArray create(NDManager manager, long[] values, Shape shape) {
    if (manager.getDevice().isGpu()) {
      return manager.create(values, shape);
    }
    NDArray tensor = empty(manager, values.length, shape, DataType.INT64);
    memory(tensor).asLongBuffer().put(values);
    return tensor;
  }

  /** A new tensor with this content, in native order, in memory of the engine. */
  static NDArray create(NDManager manager, ByteBuffer content, Shape shape, DataType type) {
    if (manager.getDevice().isGpu()) {
      return manager.create(content, shape, type);
    }
    NDArray tensor = empty(manager, content.remaining() / type.getNumOfBytes(), shape, type);
    memory(tensor).put(content);
    return tensor;
  }

  private static NDArray empty(NDManager manager, int values, Shape shape, DataType type) {
    if (shape.size() != values) {
      throw new IllegalArgumentException(
          "%d values are given for a tensor of shape %s.".formatted(values, shape));
    }
    return manager.create(shape, type);
  }

  private static ByteBuffer memory(NDArray tensor) {
    if (tensor.size() == 0) {
      return ByteBuffer.allocate(0);
    }
    return JniUtils.getByteBuffer((PtNDArray) tensor, true).order(ByteOrder.nativeOrder());
  }
}
