package dev.adder.tensor.cuda;

import com.sun.jna.Function;
import com.sun.jna.Pointer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Kernels on a GPU: compiled on first use, in the engine's context, on the engine's stream. */
final class DriverLauncher implements Launcher {

  private final int ordinal;
  private final Pointer context;
  private final int multiprocessors;
  private final List<String> options;
  private final List<String> machine;
  private final Nvrtc compiler;
  private final KernelCache cache;
  private final @Nullable Function stream;
  private final Map<KernelSet, Map<String, Pointer>> loaded = new ConcurrentHashMap<>();

  /**
   * @param ordinal number of the device, as the engine counts
   */
  DriverLauncher(int ordinal, Nvrtc compiler, KernelCache cache) {
    this.ordinal = ordinal;
    this.compiler = compiler;
    this.cache = cache;
    int device = CudaDriver.device(ordinal);
    int capability = CudaDriver.capability(device);
    context = CudaDriver.primaryContext(device);
    multiprocessors = CudaDriver.multiprocessors(device);
    options = compiler.options(capability);
    machine =
        List.of(
            String.join(" ", options),
            "capability " + capability,
            "driver " + CudaDriver.version(),
            "compiler " + compiler.version());
    stream = NativeTensor.streamFunction();
  }

  @Override
  public int multiprocessors() {
    return multiprocessors;
  }

  @Override
  public void launch(KernelSet kernels, String kernel, int x, int y, int z, byte[] structure) {
    CudaDriver.enter(context);
    Pointer function = loaded.computeIfAbsent(kernels, this::load).get(kernel);
    if (function == null) {
      throw new IllegalArgumentException(
          "There is no kernel %s among %s.".formatted(kernel, kernels.kernels()));
    }
    CudaDriver.launch(
        function, x, y, z, CudaDevice.THREADS, NativeTensor.stream(stream, ordinal), structure);
  }

  @Override
  public void synchronize() {
    CudaDriver.enter(context);
    CudaDriver.synchronize(NativeTensor.stream(stream, ordinal));
  }

  private Map<String, Pointer> load(KernelSet kernels) {
    CompiledKernels compiled =
        cache.get(kernels, machine, () -> compiler.compile(kernels, options));
    Pointer module = CudaDriver.load(compiled.image());
    Map<String, Pointer> functions = new HashMap<>();
    compiled.names().forEach((name, low) -> functions.put(name, CudaDriver.function(module, low)));
    return functions;
  }
}
