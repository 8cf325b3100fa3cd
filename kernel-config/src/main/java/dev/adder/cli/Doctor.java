package dev.adder.cli;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.LibUtils;
import dev.adder.tensor.Blas;
import dev.adder.tensor.MachineMemory;
import dev.adder.tensor.OperatorCheck;
import dev.adder.tensor.OperatorCheck.Finding;
import dev.adder.tensor.VectorSupport;
import dev.adder.tensor.Workers;
import dev.adder.tensor.cuda.Cuda;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says what this machine has, and checks every fused operator against its reference on it. */
@Command(
    name = "doctor",
    description = "Says what this machine has and checks the kernels on it.",
    footer = {
      "",
      "Every operator of ours is compared with the same in plain steps of the engine,",
      "on the processor and on the first GPU, if there is one:",
      "the largest difference over outputs and gradients, and the time there and back.",
      "The exit code is 1 if one is further off than rounding explains."
    },
    mixinStandardHelpOptions = true)
final class Doctor implements Callable<Integer> {

  private static final String ENGINE = "PyTorch";
  private static final Path NVIDIA_DRIVER = Path.of("/proc/driver/nvidia/version");

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    machine(out);
    boolean good = check(out, checks(), Device.cpu());
    if (Engine.getEngine(ENGINE).getGpuCount() > 0) {
      good &= check(out, checks(), Device.gpu());
    }
    return good ? 0 : 1;
  }

  private static void machine(PrintWriter out) throws IOException {
    Runtime runtime = Runtime.getRuntime();
    line(out, "Java", "%s, %s", Runtime.version(), System.getProperty("java.home"));
    line(
        out,
        "Processors",
        "%d; threads of engine and kernels: %d%s",
        runtime.availableProcessors(),
        Workers.threads(),
        System.getenv(Workers.VARIABLE) == null ? "" : " (" + Workers.VARIABLE + ")");
    line(out, "Vectors", "%d floats at a time", VectorSupport.lanes());
    if (VectorSupport.advice().isPresent()) {
      line(out, "", "%s", VectorSupport.advice().get());
    }
    line(
        out,
        "Memory",
        "%s available; Java heap at most %s",
        available(),
        size(runtime.maxMemory()));
    line(out, "Disk", "%s free here", size(Files.getFileStore(Path.of(".")).getUsableSpace()));
    Engine engine = Engine.getEngine(ENGINE);
    line(out, "Engine", "libtorch %s, %s", engine.getVersion(), LibUtils.getLibtorchPath());
    line(out, "Products", "%s", Blas.provider());
    line(out, "GPU", "%s", gpus(engine));
  }

  private static void line(PrintWriter out, String name, String format, Object... values) {
    out.printf(Locale.ROOT, "%-11s %s%n", name, String.format(Locale.ROOT, format, values));
  }

  private static String available() {
    OptionalLong bytes = MachineMemory.available();
    return bytes.isPresent() ? size(bytes.getAsLong()) : "unknown";
  }

  private static String size(long bytes) {
    double giga = bytes / (double) (1 << 30);
    return String.format(Locale.ROOT, giga < 10 ? "%.1f GB" : "%.0f GB", giga);
  }

  /** Devices that the engine can use, and the driver even where the engine cannot use it. */
  private static String gpus(Engine engine) throws IOException {
    String driver =
        Files.isReadable(NVIDIA_DRIVER)
            ? Files.readAllLines(NVIDIA_DRIVER).get(0).replaceAll("\\s+", " ")
            : "no NVIDIA driver";
    int count = engine.getGpuCount();
    return count == 0
        ? "none used (" + driver + ")"
        : count + " (" + driver + "); kernels: " + Cuda.report();
  }

  private static List<OperatorCheck> checks() {
    List<OperatorCheck> checks = new ArrayList<>(dev.adder.ssm.OperatorChecks.all());
    checks.addAll(dev.adder.adapter.OperatorChecks.all());
    checks.addAll(OperatorCheck.products());
    return checks;
  }

  /** Whether all pass there. */
  static boolean check(PrintWriter out, List<OperatorCheck> checks, Device device) {
    out.printf("%n%s:%n", device.isGpu() ? "On the GPU" : "On the processor");
    out.printf(
        "%-19s %11s   %-6s %9s %11s %7s%n",
        "Fused operator", "difference", "", "fused ms", "plain ms", "faster");
    int failed = 0;
    for (OperatorCheck check : checks) {
      Finding finding = check.run(device);
      failed += finding.passes() ? 0 : 1;
      out.printf(
          Locale.ROOT,
          "%-19s %11.1e   %-6s %9.2f %11.2f %6.1f×%n",
          finding.name(),
          finding.difference(),
          finding.passes() ? "good" : "WRONG",
          finding.fusedSeconds() * 1e3,
          finding.referenceSeconds() * 1e3,
          finding.referenceSeconds() / finding.fusedSeconds());
      out.flush();
    }
    out.println();
    if (failed == 0) {
      out.printf(
          Locale.ROOT,
          "All %d operators are as they should be (up to %.0e is rounding).%n",
          checks.size(),
          OperatorCheck.TOLERANCE);
    } else {
      out.printf(
          Locale.ROOT,
          "%d of %d operators are off by more than %.0e: results on this machine cannot be trusted.%n",
          failed,
          checks.size(),
          OperatorCheck.TOLERANCE);
    }
    return failed == 0;
  }
}
