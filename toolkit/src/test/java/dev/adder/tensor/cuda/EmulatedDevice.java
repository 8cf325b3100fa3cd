package dev.adder.tensor.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs the kernel texts on emulated threads of the CPU, built by g++. */
public final class EmulatedDevice {

  private static final Path SOURCES = Path.of("src/test/cuda/emulation");
  private static final Path KERNELS = Path.of("src/main/resources/dev/adder/cuda");
  private static final Path BUILD = Path.of("target/cuda-emulation");

  private static @Nullable CudaDevice device;
  private static final Set<String> LAUNCHED = new TreeSet<>();

  private EmulatedDevice() {}

  /** A device whose memory is that of CPU tensors; skips the test where there is no g++. */
  public static synchronized CudaDevice get() throws IOException, InterruptedException {
    if (device == null) {
      requireCompiler();
      Path library = BUILD.resolve("libkernels.so").toAbsolutePath();
      Files.createDirectories(BUILD);
      List<String> command = new ArrayList<>();
      command.addAll(List.of("g++", "-std=c++17", "-O1", "-w", "-shared", "-fPIC"));
      command.addAll(List.of("-I", SOURCES.toString(), "-I", KERNELS.toString()));
      command.addAll(List.of("-x", "c++", SOURCES.resolve("library.cu").toString()));
      command.addAll(List.of("-o", library.toString()));
      run(command);
      Function launch =
          NativeLibrary.getInstance(library.toString()).getFunction("emulated_launch");
      device = new CudaDevice(new Emulation(launch));
    }
    return device;
  }

  /** While it is open, every tensor counts as lying on the emulated device. */
  public interface StandIn extends AutoCloseable {

    /** The kernels that were launched since it was opened. */
    Set<String> launched();

    @Override
    void close();
  }

  /** Has tensors of the CPU count as lying on the emulated device. */
  public static StandIn standIn() throws IOException, InterruptedException {
    Cuda.emulate(get());
    LAUNCHED.clear();
    return new StandIn() {
      @Override
      public Set<String> launched() {
        return Set.copyOf(LAUNCHED);
      }

      @Override
      public void close() {
        Cuda.emulate(null);
      }
    };
  }

  /** Skips the test, and says why, where the emulation cannot be built. */
  public static void requireCompiler() throws InterruptedException {
    assumeTrue(
        System.getProperty("os.name").equals("Linux"), "The emulation is built on Linux only.");
    boolean found;
    try {
      found = new ProcessBuilder("g++", "--version").start().waitFor() == 0;
    } catch (IOException missing) {
      found = false;
    }
    assumeTrue(found, "There is no g++ to build the emulation of CUDA threads with.");
  }

  /** Runs a command and returns what it printed; fails with it if the command fails. */
  static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes());
    if (!process.waitFor(5, TimeUnit.MINUTES) || process.exitValue() != 0) {
      throw new AssertionError(command + " failed:\n" + printed);
    }
    return printed;
  }

  private record Emulation(Function launch) implements Launcher {

    /** Enough that time is cut into spans. */
    @Override
    public int multiprocessors() {
      return 4;
    }

    /** Blocks run one after another in one set of static variables. */
    @Override
    public void launch(KernelSet kernels, String kernel, int x, int y, int z, byte[] structure) {
      synchronized (EmulatedDevice.class) {
        LAUNCHED.add(kernel);
        int error =
            launch.invokeInt(new Object[] {kernel, x, y, z, structure, (long) structure.length});
        if (error != 0) {
          throw new AssertionError(
              error == 1
                  ? "The emulation has no kernel " + kernel
                  : "The structure of " + kernel + " has not the size its text says");
        }
      }
    }

    @Override
    public void synchronize() {}
  }
}
