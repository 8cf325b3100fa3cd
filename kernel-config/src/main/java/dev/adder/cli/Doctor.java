package dev.adder.cli;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.adder.ssm.SelectiveScan;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.Workers;
import dev.adder.tensor.cuda.Cuda;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says what this machine has, and checks the fused scan against its reference on it. */
@Command(
    name = "doctor",
    description = "Says what this machine has and checks the kernels on it.",
    mixinStandardHelpOptions = true)
final class Doctor implements Callable<Integer> {

  private static final double TOLERANCE = 1e-4;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Runtime runtime = Runtime.getRuntime();
    out.printf("Java        %s, %s%n", Runtime.version(), System.getProperty("java.home"));
    out.printf(
        "Processors  %d, used by engine and kernels: %d%n",
        runtime.availableProcessors(), Workers.threads());
    out.printf("Heap        at most %d MB%n", runtime.maxMemory() >> 20);
    out.printf(
        "Disk        %d GB free here%n", Files.getFileStore(Path.of(".")).getUsableSpace() >> 30);
    out.printf(
        "Vectors     %d floats at a time%n",
        jdk.incubator.vector.FloatVector.SPECIES_PREFERRED.length());
    out.printf("Engine      libtorch %s%n", Engine.getEngine("PyTorch").getVersion());
    int gpus = Engine.getEngine("PyTorch").getGpuCount();
    out.printf("Devices     %d GPU%n", gpus);
    if (gpus > 0) {
      out.printf("Kernels     %s%n", Cuda.report());
    }
    double difference = scanDifference();
    boolean good = difference < TOLERANCE;
    out.printf(
        Locale.ROOT,
        "Scan        fused against reference: largest difference %.1e, %s%n",
        difference,
        good ? "as it should be" : "TOO LARGE: results on this machine cannot be trusted");
    return good ? 0 : 1;
  }

  private static double scanDifference() {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      int length = 70;
      int channels = 37;
      int states = 16;
      Shape wide = new Shape(2, length, channels);
      Shape selective = new Shape(2, length, states);
      NDList inputs =
          new NDList(
              normal(manager, "x", wide),
              normal(manager, "delta", wide),
              normal(manager, "bias", new Shape(channels)),
              normal(manager, "A", new Shape(channels, states)).exp().neg(),
              normal(manager, "B", selective),
              normal(manager, "C", selective),
              normal(manager, "D", new Shape(channels)),
              normal(manager, "z", wide));
      SelectiveScan scan = new SelectiveScan();
      NDArray fused = scan.forward(inputs, false).get(0);
      NDArray reference = scan.reference(inputs).get(0);
      return fused.sub(reference).abs().max().toFloatArray()[0];
    }
  }

  private static NDArray normal(NDManager manager, String key, Shape shape) {
    float[] values = new float[Math.toIntExact(shape.size())];
    KeyedRandom.of(0).derive(key).fillNormal(values, 1);
    return manager.create(values, shape);
  }
}
