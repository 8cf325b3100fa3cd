package dev.adder.cli;

import dev.adder.data.DataCheck;
import dev.adder.data.DataSet;
import dev.adder.data.DataSet.Sizes;
import dev.adder.data.DataSets;
import dev.adder.data.files.DataHome;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads the data sets that are here, all of them, and compares with what was published. */
@Command(
    name = "check",
    description =
        "Reads the data sets that are on this machine and compares with what was published.",
    footer = {
      "",
      "Checksums, sizes of the splits and every row are checked. The exit code is 1 if",
      "something differs, or if a data set that was named is not here."
    },
    mixinStandardHelpOptions = true)
final class DataChecks implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(arity = "0..*", paramLabel = "NAME", description = "Data sets; all if none is named.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--from",
      paramLabel = "DIR",
      description = "Reads the named data set from this folder of yours.")
  private @Nullable Path from;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (from != null && names.size() != 1) {
      throw new ParameterException(
          spec.commandLine(), "--from is a folder of one data set; name which.");
    }
    List<DataSet> dataSets =
        names.isEmpty() ? DataSets.all() : names.stream().map(DataSets::named).toList();
    return check(out, dataSets, DataHome.standard(), Optional.ofNullable(from), !names.isEmpty())
        ? 0
        : 1;
  }

  /** Whether all is well. */
  static boolean check(
      PrintWriter out,
      List<DataSet> dataSets,
      DataHome home,
      Optional<Path> from,
      boolean mustBeHere)
      throws IOException {
    int here = 0;
    int wrong = 0;
    for (DataSet dataSet : dataSets) {
      Optional<DataCheck> check = look(dataSet, home, from);
      if (check.isPresent()) {
        here++;
        wrong += check.get().passes() ? 0 : 1;
        show(out, check.get());
      } else if (mustBeHere) {
        wrong++;
        out.printf(
            "%-14s not here; ./adder data fetch %s fetches it%n", dataSet.name(), dataSet.name());
      }
    }
    out.println(summary(dataSets.size(), here, wrong, home));
    return wrong == 0;
  }

  private static Optional<DataCheck> look(DataSet dataSet, DataHome home, Optional<Path> from)
      throws IOException {
    try {
      return from.isPresent()
          ? Optional.of(DataCheck.of(dataSet, from.get()))
          : DataCheck.of(dataSet, home);
    } catch (IOException damaged) {
      return Optional.of(
          new DataCheck(
              dataSet.name(),
              "",
              0,
              new Sizes(0, 0, 0),
              List.of(String.valueOf(damaged.getMessage()))));
    }
  }

  private static void show(PrintWriter out, DataCheck check) {
    out.printf(
        Locale.ROOT,
        "%-14s %-6s %s%n",
        check.dataSet(),
        check.passes() ? "good" : "WRONG",
        check.sizes().equals(new Sizes(0, 0, 0)) ? "not readable" : contents(check));
    check.problems().forEach(problem -> out.println(" ".repeat(22) + problem));
    out.flush();
  }

  private static String contents(DataCheck check) {
    Sizes sizes = check.sizes();
    return String.format(
        Locale.ROOT,
        "%,d / %,d / %,d examples, %s",
        sizes.train(),
        sizes.validation(),
        sizes.test(),
        check.verified() == 0
            ? "no checksum right or known"
            : check.verified() + (check.verified() == 1 ? " checksum" : " checksums") + " right");
  }

  private static String summary(int asked, int here, int wrong, DataHome home) {
    if (here == 0) {
      return "None of the %d data sets is on this machine (looked in %s and %s)."
          .formatted(asked, home.cache(), home.hub());
    }
    return wrong == 0
        ? "%d of %d data sets are here, and as published.".formatted(here, asked)
        : "%d of %d data sets are here; %d are not as published or missing."
            .formatted(here, asked, wrong);
  }
}
