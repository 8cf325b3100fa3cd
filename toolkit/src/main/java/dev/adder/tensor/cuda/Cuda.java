package dev.adder.tensor.cuda;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import dev.adder.tensor.DeviceOperator;
import dev.adder.tensor.FusedOperator;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether and how our kernels are used on the engine's GPUs.
 *
 * <p>Asked for the first time with a tensor on a GPU, it starts driver and compiler. If one of them
 * is missing or broken, it says so in one sentence, once, and operators run in the engine's plain
 * ones.
 */
public final class Cuda {

  private static final Logger LOGGER = LoggerFactory.getLogger(Cuda.class);

  private static @Nullable Cuda instance;

  /** Stands in for a GPU in tests: every tensor counts as lying on it. */
  private static volatile @Nullable CudaDevice emulated;

  private final @Nullable Nvrtc compiler;
  private final String state;
  private final Map<Integer, CudaDevice> devices = new ConcurrentHashMap<>();

  private Cuda(@Nullable Nvrtc compiler, String state) {
    this.compiler = compiler;
    this.state = state;
  }

  private static synchronized Cuda instance() {
    if (instance == null) {
      instance = start(CudaDriver.library(), NativeTensor.folder());
    }
    return instance;
  }

  /**
   * Starts the kernels, or finds out why it can't.
   *
   * @param driver name or path of the driver's library
   * @param folder where the compiler is looked for first
   */
  static Cuda start(String driver, Path folder) {
    try {
      CudaDriver.open(driver);
      Nvrtc compiler = Nvrtc.open(folder);
      requireDriver(CudaDriver.version(), compiler.version());
      return new Cuda(
          compiler,
          "CUDA driver %s, kernels compiled by %s (%s)."
              .formatted(
                  version(CudaDriver.version()), compiler.path(), version(compiler.version())));
    } catch (CudaUnavailableException unavailable) {
      LOGGER.warn(
          "{} Until then, operators run in the engine's plain ones, more slowly.",
          unavailable.getMessage());
      return new Cuda(null, unavailable.getMessage());
    }
  }

  /** Programs of one major version run on drivers of the same one and of newer ones. */
  static void requireDriver(int driver, int compiler) throws CudaUnavailableException {
    if (driver / 1000 < compiler / 1000) {
      throw new CudaUnavailableException(
          "The CUDA driver is for version %s, but the libraries are of version %s; update the driver."
              .formatted(version(driver), version(compiler)));
    }
  }

  private static String version(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }

  /** One sentence on driver and compiler; starts them if they have not been. */
  public static String report() {
    return instance().state;
  }

  /**
   * Refuses a GPU that models cannot be trained on.
   *
   * @param ordinal number of the GPU, from 0
   * @throws IllegalStateException if the engine sees no such GPU, or kernels cannot run on it
   */
  public static void require(int ordinal) {
    instance().require(ordinal, Engine.getEngine("PyTorch").getGpuCount(), NativeTensor.folder());
  }

  void require(int ordinal, int count, Path libtorch) {
    if (compiler == null) {
      throw new IllegalStateException("GPU %d cannot be used. %s".formatted(ordinal, state));
    }
    if (count == 0) {
      throw new IllegalStateException(
          "GPU %d cannot be used. The driver works, but libtorch in %s is built for the CPU; unset DJL_OFFLINE so that the engine fetches its CUDA build, or name one in PYTORCH_LIBRARY_PATH."
              .formatted(ordinal, libtorch));
    }
    if (ordinal >= count) {
      throw new IllegalStateException(
          "GPU %d is asked for, but this machine has %d, counted from 0. Use at most %d."
              .formatted(ordinal, count, count - 1));
    }
  }

  /** Has every tensor count as lying on a device, until called with null: for tests. */
  static void emulate(@Nullable CudaDevice device) {
    emulated = device;
  }

  /** Whether a tensor lies on a GPU. */
  public static boolean holds(NDArray tensor) {
    return emulated != null || tensor.getDevice().isGpu();
  }

  /** The GPU a tensor lies on, if it lies on one and our kernels can be used there. */
  public static Optional<CudaDevice> device(NDArray tensor) {
    CudaDevice standIn = emulated;
    if (standIn != null) {
      return Optional.of(standIn);
    }
    if (!tensor.getDevice().isGpu()) {
      return Optional.empty();
    }
    Cuda cuda = instance();
    Nvrtc compiler = cuda.compiler;
    if (compiler == null) {
      return Optional.empty();
    }
    return Optional.of(
        cuda.devices.computeIfAbsent(
            tensor.getDevice().getDeviceId(),
            ordinal ->
                new CudaDevice(new DriverLauncher(ordinal, compiler, KernelCache.ofUser()))));
  }

  /**
   * An operator by kernels, if its inputs lie on a GPU where they can be used; nothing in float64
   * and without elements.
   *
   * @param kernels makes the operator of a device
   */
  public static Optional<FusedOperator> operator(
      NDList inputs, Function<CudaDevice, DeviceOperator> kernels) {
    NDArray first = inputs.get(0);
    if (first.size() == 0 || first.getDataType() == DataType.FLOAT64) {
      return Optional.empty();
    }
    return device(first).map(kernels);
  }
}
