package dev.adder.tensor.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import org.jspecify.annotations.Nullable;

/**
 * The part of the CUDA driver that a launch needs. Bound when {@link #open} is called, never
 * before.
 *
 * <p>Calls are bound directly rather than through an interface: a training step has hundreds of
 * launches, and this is the cheapest way JNA has.
 */
final class CudaDriver {

  private static final int MULTIPROCESSORS = 16;
  private static final int CAPABILITY_MAJOR = 75;
  private static final int CAPABILITY_MINOR = 76;

  /** Small structures, each copied by the driver before the call returns. */
  private static final ThreadLocal<Memory> PARAMETERS =
      ThreadLocal.withInitial(() -> new Memory(4096));

  private CudaDriver() {}

  // Names and order of arguments are the driver's.
  private static native int cuInit(int flags);

  private static native int cuDriverGetVersion(IntByReference version);

  private static native int cuGetErrorName(int error, PointerByReference name);

  private static native int cuGetErrorString(int error, PointerByReference sentence);

  private static native int cuDeviceGet(IntByReference device, int ordinal);

  private static native int cuDeviceGetAttribute(IntByReference value, int attribute, int device);

  private static native int cuDevicePrimaryCtxRetain(PointerByReference context, int device);

  private static native int cuCtxGetCurrent(PointerByReference context);

  private static native int cuCtxSetCurrent(Pointer context);

  private static native int cuModuleLoadDataEx(
      PointerByReference module, Pointer image, int options, Pointer names, Pointer values);

  private static native int cuModuleGetFunction(
      PointerByReference function, Pointer module, String name);

  private static native int cuLaunchKernel(
      Pointer function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int sharedBytes,
      Pointer stream,
      Pointer parameters,
      Pointer extra);

  private static native int cuStreamSynchronize(Pointer stream);

  /** The name of this machine's driver. */
  static String library() {
    return Platform.isWindows() ? "nvcuda" : "libcuda.so.1";
  }

  /** Starts a driver; the sentence of the exception says what is wrong with it. */
  static void open(String library) throws CudaUnavailableException {
    try {
      Native.register(CudaDriver.class, NativeLibrary.getInstance(library));
    } catch (UnsatisfiedLinkError missing) {
      throw new CudaUnavailableException(
          "The CUDA driver (%s) cannot be loaded; install the NVIDIA driver.".formatted(library),
          missing);
    }
    int error = cuInit(0);
    if (error != 0) {
      throw new CudaUnavailableException(
          "The CUDA driver is installed but does not start: %s. See whether nvidia-smi works."
              .formatted(describe(error)));
    }
  }

  /** The CUDA version the driver supports, as 1000 · major + 10 · minor. */
  static int version() {
    IntByReference version = new IntByReference();
    check(cuDriverGetVersion(version), "asking for its version");
    return version.getValue();
  }

  static int device(int ordinal) {
    IntByReference device = new IntByReference();
    check(cuDeviceGet(device, ordinal), "looking for device " + ordinal);
    return device.getValue();
  }

  static int multiprocessors(int device) {
    return attribute(MULTIPROCESSORS, device);
  }

  /** Compute capability as 10 · major + minor, as in sm_90. */
  static int capability(int device) {
    return 10 * attribute(CAPABILITY_MAJOR, device) + attribute(CAPABILITY_MINOR, device);
  }

  private static int attribute(int attribute, int device) {
    IntByReference value = new IntByReference();
    check(cuDeviceGetAttribute(value, attribute, device), "asking for a property of the device");
    return value.getValue();
  }

  /** The context of a device that the engine uses too. */
  static Pointer primaryContext(int device) {
    PointerByReference context = new PointerByReference();
    check(cuDevicePrimaryCtxRetain(context, device), "taking the context of the device");
    return context.getValue();
  }

  /** Makes a context the one of this thread, if it is not yet. */
  static void enter(Pointer context) {
    PointerByReference current = new PointerByReference();
    check(cuCtxGetCurrent(current), "asking for the context of a thread");
    if (!context.equals(current.getValue())) {
      check(cuCtxSetCurrent(context), "setting the context of a thread");
    }
  }

  /** Loads a compiled program into the context of this thread. */
  static Pointer load(byte[] image) {
    // PTX is text: the driver reads it up to a zero byte.
    try (Memory copy = new Memory(image.length + 1L)) {
      copy.write(0, image, 0, image.length);
      copy.setByte(image.length, (byte) 0);
      PointerByReference module = new PointerByReference();
      check(
          cuModuleLoadDataEx(module, copy, 0, Pointer.NULL, Pointer.NULL),
          "loading compiled kernels");
      return module.getValue();
    }
  }

  static Pointer function(Pointer module, String name) {
    PointerByReference function = new PointerByReference();
    check(cuModuleGetFunction(function, module, name), "looking for the kernel " + name);
    return function.getValue();
  }

  /**
   * Launches a kernel of one parameter, a structure.
   *
   * @param stream null for the default stream
   */
  static void launch(
      Pointer function,
      int gridX,
      int gridY,
      int gridZ,
      int threads,
      @Nullable Pointer stream,
      byte[] structure) {
    int at = 16; // behind the table of parameters, aligned as any structure asks for
    Memory memory = PARAMETERS.get();
    memory.write(at, structure, 0, structure.length);
    memory.setPointer(0, memory.share(at));
    check(
        cuLaunchKernel(
            function, gridX, gridY, gridZ, threads, 1, 1, 0, stream, memory, Pointer.NULL),
        "launching a kernel");
  }

  /** Waits for a stream; reports what kernels did wrong, too. */
  static void synchronize(@Nullable Pointer stream) {
    check(cuStreamSynchronize(stream), "waiting for the device");
  }

  private static void check(int error, String doing) {
    if (error != 0) {
      throw new IllegalStateException(
          "The CUDA driver reports %s when %s.".formatted(describe(error), doing));
    }
  }

  private static String describe(int error) {
    PointerByReference name = new PointerByReference();
    PointerByReference sentence = new PointerByReference();
    if (cuGetErrorName(error, name) != 0 || cuGetErrorString(error, sentence) != 0) {
      return "error " + error;
    }
    return "%s (%s)".formatted(name.getValue().getString(0), sentence.getValue().getString(0));
  }
}
