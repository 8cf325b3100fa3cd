package dev.adder.tensor.cuda;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * NVIDIA's run-time compiler of CUDA C++. It needs no GPU: any machine can compile for any
 * architecture it knows.
 */
public final class Nvrtc {

  /** libnvrtc.so.12, libnvrtc-1a2b3c4d.so.13, nvrtc64_120_0.dll; not the builtins beside them. */
  private static final Pattern LIBRARY =
      Pattern.compile("(libnvrtc(-[0-9a-f]+)?\\.so(\\.\\d+)*|nvrtc64_\\d+_\\d+\\.dll)");

  private static final List<String> ON_SYSTEM_PATH =
      List.of("libnvrtc.so.13", "libnvrtc.so.12", "nvrtc64_130_0", "nvrtc64_120_0");

  private interface Binding extends Library {
    // Names and order of arguments are the compiler's.
    int nvrtcVersion(IntByReference major, IntByReference minor);

    String nvrtcGetErrorString(int error);

    int nvrtcGetNumSupportedArchs(IntByReference count);

    int nvrtcGetSupportedArchs(int[] architectures);

    int nvrtcCreateProgram(
        PointerByReference program,
        String text,
        String name,
        int headers,
        String[] headerTexts,
        String[] headerNames);

    int nvrtcDestroyProgram(PointerByReference program);

    int nvrtcAddNameExpression(Pointer program, String expression);

    int nvrtcCompileProgram(Pointer program, int options, String[] values);

    int nvrtcGetLoweredName(Pointer program, String expression, PointerByReference name);

    int nvrtcGetProgramLogSize(Pointer program, LongByReference size);

    int nvrtcGetProgramLog(Pointer program, Pointer log);

    int nvrtcGetCUBINSize(Pointer program, LongByReference size);

    int nvrtcGetCUBIN(Pointer program, Pointer image);

    int nvrtcGetPTXSize(Pointer program, LongByReference size);

    int nvrtcGetPTX(Pointer program, Pointer image);
  }

  private final Binding binding;
  private final String path;

  private Nvrtc(Binding binding, String path) {
    this.binding = binding;
    this.path = path;
  }

  /**
   * Loads the compiler.
   *
   * @param folder looked through first; the engine's CUDA libraries lie in its folder
   */
  public static Nvrtc open(Path folder) throws CudaUnavailableException {
    List<String> candidates = new ArrayList<>(inFolder(folder));
    candidates.addAll(ON_SYSTEM_PATH);
    CudaUnavailableException missing =
        new CudaUnavailableException(
            "NVRTC, which compiles kernels, is neither in %s nor on the library path; install the CUDA"
                    .formatted(folder)
                + " build of libtorch or the CUDA toolkit, version 12 or newer.");
    for (String candidate : candidates) {
      try {
        return new Nvrtc(Native.load(candidate, Binding.class), candidate);
      } catch (UnsatisfiedLinkError notThere) {
        missing.addSuppressed(notThere);
      }
    }
    throw missing;
  }

  /** Loads this very library. */
  public static Nvrtc load(Path library) {
    return new Nvrtc(Native.load(library.toString(), Binding.class), library.toString());
  }

  private static List<String> inFolder(Path folder) throws CudaUnavailableException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> LIBRARY.matcher(file.getFileName().toString()).matches())
          .sorted(Comparator.reverseOrder())
          .map(Path::toString)
          .toList();
    } catch (IOException e) {
      throw new CudaUnavailableException("The folder %s cannot be read.".formatted(folder), e);
    }
  }

  /** Which library was loaded. */
  public String path() {
    return path;
  }

  /** The version as 1000 · major + 10 · minor, as the driver gives its own. */
  public int version() {
    IntByReference major = new IntByReference();
    IntByReference minor = new IntByReference();
    check(binding.nvrtcVersion(major, minor), "asking for its version");
    return 1000 * major.getValue() + 10 * minor.getValue();
  }

  /** The architectures it compiles for, ascending, as 90 for sm_90. */
  public List<Integer> architectures() {
    IntByReference count = new IntByReference();
    check(binding.nvrtcGetNumSupportedArchs(count), "asking for architectures");
    int[] architectures = new int[count.getValue()];
    check(binding.nvrtcGetSupportedArchs(architectures), "asking for architectures");
    return java.util.Arrays.stream(architectures).sorted().boxed().toList();
  }

  /**
   * The options for a device. One that is newer than the compiler gets PTX of the newest
   * architecture known, which its driver translates.
   *
   * @param capability as 90 for sm_90
   */
  public List<String> options(int capability) {
    List<Integer> known = architectures();
    String architecture =
        known.contains(capability)
            ? "sm_" + capability
            : "compute_"
                + known.stream()
                    .filter(a -> a < capability)
                    .reduce((first, second) -> second)
                    .orElseThrow(
                        () ->
                            new IllegalStateException(
                                "The device has compute capability %d, but NVRTC starts at %s. Use an older CUDA toolkit."
                                    .formatted(capability, known)));
    return List.of("--gpu-architecture=" + architecture, "--std=c++17");
  }

  /**
   * Compiles kernels.
   *
   * @throws IllegalStateException if the text does not compile; the message has the compiler's log
   */
  public CompiledKernels compile(KernelSet kernels, List<String> options) {
    PointerByReference program = new PointerByReference();
    check(
        binding.nvrtcCreateProgram(
            program,
            kernels.text(),
            kernels.file(),
            1,
            new String[] {KernelSet.header()},
            new String[] {KernelSet.HEADER}),
        "reading " + kernels.file());
    try {
      for (String kernel : kernels.kernels()) {
        check(binding.nvrtcAddNameExpression(program.getValue(), kernel), "naming " + kernel);
      }
      int error =
          binding.nvrtcCompileProgram(
              program.getValue(), options.size(), options.toArray(String[]::new));
      String log = log(program.getValue());
      if (error != 0) {
        throw new IllegalStateException(
            "NVRTC reports %s for %s with %s:%n%s"
                .formatted(binding.nvrtcGetErrorString(error), kernels.file(), options, log));
      }
      return new CompiledKernels(
          image(program.getValue(), options), names(program.getValue(), kernels), log);
    } finally {
      check(binding.nvrtcDestroyProgram(program), "letting go of a program");
    }
  }

  private Map<String, String> names(Pointer program, KernelSet kernels) {
    Map<String, String> names = new LinkedHashMap<>();
    for (String kernel : kernels.kernels()) {
      PointerByReference name = new PointerByReference();
      check(binding.nvrtcGetLoweredName(program, kernel, name), "looking for " + kernel);
      names.put(kernel, name.getValue().getString(0));
    }
    return names;
  }

  private String log(Pointer program) {
    LongByReference size = new LongByReference();
    check(binding.nvrtcGetProgramLogSize(program, size), "asking for the log");
    try (Memory log = new Memory(Math.max(1, size.getValue()))) {
      check(binding.nvrtcGetProgramLog(program, log), "asking for the log");
      return log.getString(0, StandardCharsets.UTF_8.name()).strip();
    }
  }

  private byte[] image(Pointer program, List<String> options) {
    boolean ptx = options.stream().anyMatch(option -> option.contains("=compute_"));
    LongByReference size = new LongByReference();
    check(
        ptx ? binding.nvrtcGetPTXSize(program, size) : binding.nvrtcGetCUBINSize(program, size),
        "asking for the compiled kernels");
    try (Memory image = new Memory(size.getValue())) {
      check(
          ptx ? binding.nvrtcGetPTX(program, image) : binding.nvrtcGetCUBIN(program, image),
          "asking for the compiled kernels");
      return image.getByteArray(0, Math.toIntExact(size.getValue()));
    }
  }

  private void check(int error, String doing) {
    if (error != 0) {
      throw new IllegalStateException(
          "NVRTC reports %s when %s.".formatted(binding.nvrtcGetErrorString(error), doing));
    }
  }
}
