package dev.adder.tensor.cuda;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Tensors of the engine as libtorch's stable C interface sees them, on CPU and GPU alike: their
 * address, their true type, and bf16, which DJL 0.36 does not know.
 *
 * <p>DJL's glue has no number for bf16: a bf16 tensor says it is of type UNKNOWN, and a call that
 * hands such a type to the glue ends the JVM. Among them are {@code toType}, {@code toDevice},
 * {@code create}, {@code zerosLike}, {@code onesLike} and {@code softmax}. Operators that take no
 * type (products, sums, slices) work. So bf16 tensors are made, filled and recognised here.
 */
public final class NativeTensor {

  private static volatile boolean bound;

  private NativeTensor() {}

  // Names and order of arguments are libtorch's; a result other than 0 is an error.
  private static native int aoti_torch_get_data_ptr(Pointer tensor, PointerByReference address);

  private static native int aoti_torch_get_strides(Pointer tensor, PointerByReference strides);

  private static native int aoti_torch_get_dtype(Pointer tensor, IntByReference type);

  private static native int aoti_torch_get_device_type(Pointer tensor, IntByReference type);

  private static native int aoti_torch_get_device_index(Pointer tensor, IntByReference index);

  private static native int aoti_torch_dtype_bfloat16();

  private static native int aoti_torch_dtype_float32();

  private static native int aoti_torch_copy_(Pointer to, Pointer from, int asynchronous);

  private static native int aoti_torch_empty_strided(
      long dimensions,
      long[] sizes,
      long[] strides,
      int type,
      int deviceType,
      int device,
      PointerByReference tensor);

  private static void bind() {
    if (!bound) {
      synchronized (NativeTensor.class) {
        if (!bound) {
          Native.register(NativeTensor.class, library("torch_cpu"));
          bound = true;
        }
      }
    }
  }

  /** The folder of the engine's native libraries; loads the engine. */
  static Path folder() {
    Engine.getEngine("PyTorch");
    return Path.of(LibUtils.getLibtorchPath());
  }

  private static NativeLibrary library(String name) {
    return NativeLibrary.getInstance(folder().resolve(System.mapLibraryName(name)).toString());
  }

  private static Pointer handle(NDArray tensor) {
    return new Pointer(((PtNDArray) tensor).getHandle());
  }

  /** The address of a contiguous tensor's first element; valid while the tensor is open. */
  public static long address(NDArray tensor) {
    bind();
    requireContiguous(tensor);
    PointerByReference address = new PointerByReference();
    check(aoti_torch_get_data_ptr(handle(tensor), address), "the address of a tensor");
    return Pointer.nativeValue(address.getValue());
  }

  private static void requireContiguous(NDArray tensor) {
    Shape shape = tensor.getShape();
    int dimensions = shape.dimension();
    if (dimensions == 0 || shape.size() == 0) {
      return;
    }
    PointerByReference strides = new PointerByReference();
    check(aoti_torch_get_strides(handle(tensor), strides), "the strides of a tensor");
    long[] given = strides.getValue().getLongArray(0, dimensions);
    long expected = 1;
    for (int i = dimensions - 1; i >= 0; i--) {
      // The stride along a single element says nothing.
      if (shape.get(i) != 1 && given[i] != expected) {
        throw new IllegalArgumentException(
            "A tensor of shape %s is not contiguous. Copy it first.".formatted(shape));
      }
      expected *= shape.get(i);
    }
  }

  /** Whether a tensor is of type bf16. */
  public static boolean isBf16(NDArray tensor) {
    return type(tensor) == aoti_torch_dtype_bfloat16();
  }

  /** The type of a tensor as libtorch numbers it. */
  private static int type(NDArray tensor) {
    bind();
    IntByReference type = new IntByReference();
    check(aoti_torch_get_dtype(handle(tensor), type), "the type of a tensor");
    return type.getValue();
  }

  /** A new float32 tensor on the device of another one, its content undefined. */
  public static NDArray emptyFloat(NDArray beside, Shape shape) {
    bind();
    return empty(beside, shape, aoti_torch_dtype_float32());
  }

  /** A new tensor of the type and on the device of another one, its content undefined. */
  public static NDArray emptyLike(NDArray tensor, Shape shape) {
    return empty(tensor, shape, type(tensor));
  }

  /**
   * The device is the tensor's own: that of its manager, which DJL's {@code create} takes, may be
   * another.
   */
  private static NDArray empty(NDArray beside, Shape shape, int type) {
    int dimensions = shape.dimension();
    long[] strides = new long[dimensions];
    long stride = 1;
    for (int i = dimensions - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= shape.get(i);
    }
    IntByReference deviceType = new IntByReference();
    IntByReference device = new IntByReference();
    check(aoti_torch_get_device_type(handle(beside), deviceType), "the device of a tensor");
    check(aoti_torch_get_device_index(handle(beside), device), "the device of a tensor");
    PointerByReference tensor = new PointerByReference();
    check(
        aoti_torch_empty_strided(
            dimensions,
            shape.getShape(),
            strides,
            type,
            deviceType.getValue(),
            device.getValue(),
            tensor),
        "a tensor of shape " + shape);
    return new PtNDArray((PtNDManager) beside.getManager(), Pointer.nativeValue(tensor.getValue()));
  }

  /** A new tensor of the type and shape of another one, filled with a number. */
  public static NDArray filledLike(NDArray tensor, float value) {
    return filled(tensor, tensor.getShape(), value);
  }

  /** A new tensor of the type and on the device of another one, filled with a number. */
  public static NDArray filled(NDArray tensor, Shape shape, float value) {
    NDArray filled = emptyLike(tensor, shape);
    try (NDArray number = tensor.getManager().create(value)) {
      copy(number, filled);
    }
    return filled;
  }

  /** A copy of a tensor in bf16, rounded to the nearest, by the engine. */
  public static NDArray toBf16(NDArray tensor) {
    bind();
    NDArray copy = empty(tensor, tensor.getShape(), aoti_torch_dtype_bfloat16());
    copy(tensor, copy);
    return copy;
  }

  /** A tensor in float32: itself if it is, else a copy, by the engine. */
  public static NDArray toFloat(NDArray tensor) {
    if (type(tensor) == aoti_torch_dtype_float32()) {
      return tensor;
    }
    NDArray copy = emptyFloat(tensor, tensor.getShape());
    copy(tensor, copy);
    return copy;
  }

  /** A tensor in the type of another one: itself if it has it, else a copy, by the engine. */
  public static NDArray inTypeOf(NDArray like, NDArray tensor) {
    if (type(tensor) == type(like)) {
      return tensor;
    }
    NDArray copy = emptyLike(like, tensor.getShape());
    copy(tensor, copy);
    return copy;
  }

  private static void copy(NDArray from, NDArray to) {
    check(aoti_torch_copy_(handle(to), handle(from), 0), "a copy into another type");
  }

  /**
   * The stream the engine's operators use on a device at this moment; null for the default stream,
   * which they use unless told otherwise.
   */
  static @Nullable Pointer stream(@Nullable Function current, int device) {
    if (current == null) {
      return null;
    }
    PointerByReference stream = new PointerByReference();
    check(current.invokeInt(new Object[] {device, stream}), "the stream of the engine");
    return stream.getValue();
  }

  /** The engine's function that tells its stream, or null where it is not exported. */
  static @Nullable Function streamFunction() {
    try {
      return library("torch_cuda").getFunction("aoti_torch_get_current_cuda_stream");
    } catch (UnsatisfiedLinkError defaultStream) {
      return null;
    }
  }

  private static void check(int error, String what) {
    if (error != 0) {
      throw new IllegalStateException("libtorch does not give %s.".formatted(what));
    }
  }
}
