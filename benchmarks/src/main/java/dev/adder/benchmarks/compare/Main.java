package dev.adder.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

/** The command line behind {@code ./adder benchmark}. */
@Command(
    name = "adder benchmark",
    mixinStandardHelpOptions = true,
    description = "Measures Adder side by side with other implementations, turn by turn.")
public final class Main implements Callable<Integer> {

  @Option(
      names = "--cases",
      paramLabel = "NAMES",
      description = "cases separated by commas; a beginning or * stands for several (all)")
  private @Nullable String cases;

  @Option(
      names = "--peers",
      paramLabel = "NAMES",
      description = "peers separated by commas, such as mambapy,products alone (all)")
  private @Nullable String only;

  @Option(names = "--list", description = "list the cases and measure nothing")
  private boolean list;

  @Option(names = "--quick", description = "fewer rounds, short budgets")
  private boolean quick;

  @Option(names = "--rounds", paramLabel = "N", description = "turns of each side (7; quick 3)")
  private @Nullable Integer rounds;

  @Option(
      names = "--limit",
      paramLabel = "SECONDS",
      description = "give a run up after this (120; quick 30)")
  private @Nullable Double limit;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description =
          "the JSON file; the table is written beside it. Where it exists, the run goes on with it")
  private @Nullable Path output;

  @Option(
      names = "--with-llama",
      description =
          "build llama.cpp for decoding and prefill, which takes minutes; once built it takes part")
  private boolean withLlama;

  @Option(names = "--heap", paramLabel = "SIZE", description = "Adder's Java heap (4g)")
  private String heap = "4g";

  @Option(
      names = "--environment",
      paramLabel = "FOLDER",
      description = "the peers' virtual environment (.adder/benchmarks/venv)")
  private Path environment = Path.of(".adder/benchmarks/venv");

  private Main() {}

  public static void main(String[] arguments) {
    CommandLine line = new CommandLine(new Main());
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
    List<Case> chosen = cases == null ? Case.all() : Case.select(cases);
    if (list) {
      chosen.forEach(c -> System.out.println(c.id()));
      return 0;
    }
    Path work = Path.of(".adder/benchmarks");
    Files.createDirectories(work);
    PeerEnvironment peers =
        new PeerEnvironment(environment.toAbsolutePath(), Path.of("benchmarks").toAbsolutePath());
    Predicate<Side> wanted = wanted(peers);
    peers.prepare(withLlama, work.resolve("install.log"));
    Results results = results(work, peers);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  results.close();
                  WorkerProcess.endAll();
                  if (Files.exists(results.table())) {
                    System.out.printf(
                        "%nWhat was measured is in %s and %s.%n", results.table(), results.file());
                  }
                }));
    new Comparison(
            Side.adder("Adder", heap), peers, work, results, new Progress(System.out), wanted)
        .measure(chosen);
    return 0;
  }

  private Predicate<Side> wanted(PeerEnvironment peers) {
    if (only == null) {
      return side -> true;
    }
    Set<String> known = new TreeSet<>(withLlama ? Set.of(Side.LLAMA) : Set.of());
    for (Case each : Case.all()) {
      if (each.kind() != Case.Kind.LIMITS) {
        Side.peers(each, peers, Side.adder("Adder", heap)).forEach(side -> known.add(side.name()));
      }
    }
    List<String> names = Arrays.stream(only.split(",", -1)).map(String::strip).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "No peer is called \"%s\". There are: %s.".formatted(name, String.join("; ", known)));
      }
    }
    return side -> names.contains(side.name());
  }

  private Results results(Path work, PeerEnvironment peers) throws IOException {
    Machine machine = Machine.here(peers.versions());
    if (output != null && Files.exists(output)) {
      Results before = Results.resume(output);
      requireSame("processor", before.machine().processor(), machine.processor());
      requireSame("commit", before.machine().commit(), machine.commit());
      return before;
    }
    String now = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmmss"));
    Path file = Optional.ofNullable(output).orElse(work.resolve("results/" + now + ".json"));
    return new Results(file, machine, plan());
  }

  private void requireSame(String what, String before, String now) {
    if (!before.equals(now)) {
      throw new IllegalArgumentException(
          "%s was measured with the %s %s, but this is %s. Name another --output."
              .formatted(output, what, before, now));
    }
  }

  private Plan plan() {
    Plan usual = quick ? Plan.QUICK : Plan.FULL;
    return new Plan(
        rounds == null ? usual.rounds() : rounds,
        usual.warmUpSeconds(),
        usual.turnSeconds(),
        usual.budgetSeconds(),
        limit == null ? usual.limitSeconds() : limit);
  }
}
