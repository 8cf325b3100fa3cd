package dev.adder.benchmarks.compare;

import dev.adder.kernel.ClassArchive;
import dev.adder.kernel.KernelSpec;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

/** The command line behind {@code ./adder benchmark kernel}. */
@Command(
    name = "adder benchmark kernel",
    mixinStandardHelpOptions = true,
    description = "Measures the kernel side by side with JJava from PyPI, round by round.")
public final class KernelMain implements Callable<Integer> {

  private static final String PEER = "jjava==1.0a8";
  private static final String SPEC = "share/jupyter/kernels/java";

  @Option(names = "--rounds", paramLabel = "N", description = "rounds of both kernels (7)")
  private int rounds = 7;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "the JSON file; the table is written beside it")
  private @Nullable Path output;

  @Option(
      names = "--environment",
      paramLabel = "FOLDER",
      description = "JJava's virtual environment (.adder/benchmarks/kernels)")
  private Path environment = Path.of(".adder/benchmarks/kernels");

  private KernelMain() {}

  public static void main(String[] arguments) {
    CommandLine line = new CommandLine(new KernelMain());
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          String message = failure.getMessage();
          command
              .getErr()
              .println(
                  Ansi.AUTO.string("@|bold,red Error:|@ ")
                      + (message == null ? failure.toString() : message));
          return 1;
        });
    System.exit(line.execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    if (rounds < 1) {
      throw new IllegalArgumentException("--rounds is " + rounds + "; it is at least 1.");
    }
    Path work = Path.of(".adder/benchmarks");
    Files.createDirectories(work);
    Path spec = environment.toAbsolutePath().resolve(SPEC);
    if (!Files.exists(spec)) {
      System.err.println("Installing " + PEER + " in " + environment + " (once) …");
      new VirtualEnvironment(environment)
          .install(
              work.resolve("install.log"),
              "JJava could not be installed; that needs a network.",
              PEER);
    }
    KernelSpec kernel = installed(work.resolve("ours").toAbsolutePath());
    KernelRound ours = new KernelRound(kernel, Map.of(), work.resolve("kernel.log"));
    KernelRound theirs =
        new KernelRound(KernelSpec.read(spec), peersEnvironment(), work.resolve("peer.log"));
    String now = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmmss"));
    Path file = Optional.ofNullable(output).orElse(work.resolve("results/kernel-" + now + ".json"));
    KernelResults results = new KernelResults(file, Machine.here(List.of(PEER)), PEER);
    for (int round = 1; round <= rounds; round++) {
      OtherLoad others = new OtherLoad();
      results.add(ours.measure(), theirs.measure(), others.cores());
      System.out.printf(
          "Round %d of %d; lines lost: ours %d, theirs %d%n",
          round, rounds, ours.lost(), theirs.lost());
    }
    System.out.println(Files.readString(results.table()));
    System.out.printf("Written to %s and %s.%n", file, results.table());
    return 0;
  }

  /** The same JDK for both, and the toolkit's libraries for the measure of memory. */
  private static Map<String, String> peersEnvironment() {
    Path java = Path.of(System.getProperty("java.home"), "bin");
    String libraries =
        KernelSpec.here().command().get(KernelSpec.here().command().indexOf("-cp") + 1);
    return Map.of(
        "PATH",
        java + File.pathSeparator + System.getenv("PATH"),
        "JJAVA_CLASSPATH",
        libraries,
        "OMP_WAIT_POLICY",
        "PASSIVE");
  }

  /** Ours as its installer leaves it: with an archive of its classes for this JDK. */
  private static KernelSpec installed(Path kernels) throws IOException {
    Path folder = KernelSpec.here().archived().install(kernels);
    if (!ClassArchive.isCurrent(folder)) {
      ClassArchive.make(folder);
    }
    return KernelSpec.read(folder);
  }
}
