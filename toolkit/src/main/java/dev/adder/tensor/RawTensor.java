package dev.adder.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.adder.tensor.cuda.Cuda;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The memory of a contiguous CPU tensor, read and written in place: as vectors, as numbers, or by
 * its address. Valid while the tensor is open.
 */
public final class RawTensor {

  /** The vectors that kernels work with: as wide as the processor has them. */
  public static final VectorSpecies<Float> SPECIES = VectorMemory.SPECIES;

  /** Numbers in one vector. */
  public static final int LANES = VectorMemory.LANES;

  private static final int FLOAT_BYTES = Float.BYTES;

  static {
    EngineMemory.keep();
  }

  private final ByteBuffer bytes;
  private final FloatBuffer floats;
  private final Object memory;
  private final DataType type;
  private final int size;

  private RawTensor(ByteBuffer bytes, DataType type, int size) {
    this.bytes = bytes;
    this.type = type;
    this.size = size;
    memory = VectorMemory.of(bytes);
    floats = bytes.asFloatBuffer();
  }

  /** Whether kernels read this tensor: on the CPU, in float32. */
  public static boolean isFloat(NDArray tensor) {
    return tensor.getDataType() == DataType.FLOAT32 && !Cuda.holds(tensor);
  }

  /** Whether matrix products read this tensor: on the CPU, in float32 or float64. */
  public static boolean isReal(NDArray tensor) {
    DataType type = tensor.getDataType();
    return (type == DataType.FLOAT32 || type == DataType.FLOAT64) && !Cuda.holds(tensor);
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
    long count = tensor.size();
    if (count * type.getNumOfBytes() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "A tensor of shape %s has 2³¹ bytes or more. Use a smaller batch or a shorter sequence."
              .formatted(tensor.getShape()));
    }
    int size = (int) count;
    ByteBuffer bytes = memory(tensor);
    if ((size > 0 && !bytes.isDirect()) || bytes.remaining() != size * type.getNumOfBytes()) {
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

  /** Where the first number lies. */
  long address() {
    return size == 0 ? 0 : Pointer.nativeValue(Native.getDirectBufferPointer(bytes));
  }

  /** {@link #LANES} float32 numbers from this index on. */
  public FloatVector load(int at) {
    return VectorMemory.load(memory, (long) at * FLOAT_BYTES);
  }

  /** The numbers from this index on in the set lanes, 0 in the others. */
  public FloatVector load(int at, VectorMask<Float> lanes) {
    return VectorMemory.load(memory, (long) at * FLOAT_BYTES, lanes);
  }

  /** Writes {@link #LANES} float32 numbers from this index on. */
  public void store(FloatVector vector, int at) {
    VectorMemory.store(vector, memory, (long) at * FLOAT_BYTES);
  }

  /** Writes the set lanes only. */
  public void store(FloatVector vector, int at, VectorMask<Float> lanes) {
    VectorMemory.store(vector, memory, (long) at * FLOAT_BYTES, lanes);
  }

  /** One float32 number. */
  public float get(int at) {
    return bytes.getFloat(at * FLOAT_BYTES);
  }

  /** Writes one float32 number. */
  public void put(int at, float value) {
    bytes.putFloat(at * FLOAT_BYTES, value);
  }

  /** Copies float32 numbers from this index on into an array. */
  public void read(int at, float[] to, int offset, int count) {
    int whole = SPECIES.loopBound(count);
    for (int i = 0; i < whole; i += LANES) {
      load(at + i).intoArray(to, offset + i);
    }
    for (int i = whole; i < count; i++) {
      to[offset + i] = get(at + i);
    }
  }

  /** Copies float32 numbers from an array to this index on. */
  public void write(int at, float[] from, int offset, int count) {
    int whole = SPECIES.loopBound(count);
    for (int i = 0; i < whole; i += LANES) {
      store(FloatVector.fromArray(SPECIES, from, offset + i), at + i);
    }
    for (int i = whole; i < count; i++) {
      put(at + i, from[offset + i]);
    }
  }

  /** Copies float32 numbers of another tensor to this index on. */
  public void copy(int at, RawTensor from, int start, int count) {
    int whole = SPECIES.loopBound(count);
    for (int i = 0; i < whole; i += LANES) {
      store(from.load(start + i), at + i);
    }
    for (int i = whole; i < count; i++) {
      put(at + i, from.get(start + i));
    }
  }

  /** The elements, if float32; the buffer's position is its caller's own. */
  public FloatBuffer floats() {
    return floats.duplicate();
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

  /** Sets numbers of a float32 tensor to 0. */
  public void clear(int from, int count) {
    int at = from;
    int end = from + count;
    FloatVector zero = FloatVector.zero(SPECIES);
    for (; at + LANES <= end; at += LANES) {
      store(zero, at);
    }
    if (at < end) {
      store(zero, at, SPECIES.indexInRange(at, end));
    }
  }

  /**
   * A new float32 tensor with these values, in memory of the engine.
   *
   * <p>The engine's own way from values to a tensor wraps memory of a Java buffer, which lives only
   * as long as that very object: views of it, and what the engine keeps of it for a way back,
   * outlive it and then read what lies there after a garbage collection. It is also aligned to 16
   * bytes only, by which matrix products round.
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
      return ByteBuffer.allocateDirect(0).order(ByteOrder.nativeOrder());
    }
    return JniUtils.getByteBuffer((PtNDArray) tensor, true).order(ByteOrder.nativeOrder());
  }
}
