package dev.adder.cli;

import dev.adder.data.DataSet;
import dev.adder.data.DataSets;
import dev.adder.data.files.ByteCount;
import dev.adder.data.files.DataHome;
import dev.adder.data.files.FetchListener;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Fetches data sets into the cache. */
@Command(
    name = "fetch",
    description = "Fetches data sets from their publishers, pinned and verified.",
    footer = {
      "",
      "A download that was cut goes on where it stopped when the command is run again.",
      "What is here already is not fetched again."
    },
    mixinStandardHelpOptions = true)
final class DataFetch implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "NAME",
      description = "Data sets, as ./adder data list names them.")
  private List<String> names = new ArrayList<>();

  @Option(names = "--offline", description = "Uses no network: only says whether they are here.")
  private boolean offline;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    DataHome standard = DataHome.standard();
    DataHome home = offline ? standard.withoutNetwork() : standard;
    List<DataSet> dataSets = names.stream().map(DataSets::named).toList();
    for (DataSet dataSet : dataSets) {
      if (dataSet.place(home) == DataSet.Place.ABSENT) {
        out.printf(
            "%s. Licence: %s. Cite: %s.%n",
            dataSet.about().title(), dataSet.about().licence(), dataSet.about().citation());
        Bar bar = new Bar(new TerminalProgress(out));
        dataSet.fetch(home, bar);
        bar.end();
      }
      out.printf(
          "%s is here: %s in %s%n",
          dataSet.name(),
          ByteCount.text(dataSet.bytesHere(home)),
          dataSet.place(home) == DataSet.Place.HUB ? home.hub() : home.folder(dataSet.name()));
    }
    return 0;
  }

  /** A bar that grows in its line; elsewhere than on a terminal a line now and then. */
  static final class Bar implements FetchListener {

    private static final int CELLS = 24;
    private static final long EVERY_NANOS =
        TerminalProgress.TERMINAL ? 200_000_000L : 20_000_000_000L;

    private final TerminalProgress progress;
    private String file = "";
    private long startBytes;
    private long start;
    private long shown;

    Bar(TerminalProgress progress) {
      this.progress = progress;
    }

    @Override
    public void at(String name, long done, long total) {
      long now = System.nanoTime();
      if (!name.equals(file)) {
        end();
        file = name;
        start = now;
        startBytes = done;
        shown = 0;
      }
      if (shown != 0 && now - shown < EVERY_NANOS && done < total) {
        return;
      }
      shown = now;
      progress.show(line(name, done, total, done - startBytes, (now - start) * 1e-9));
    }

    /** Leaves the last bar as it is. */
    void end() {
      if (!file.isEmpty() && TerminalProgress.TERMINAL) {
        progress.newLine();
      }
    }

    static String line(String name, long done, long total, long arrived, double seconds) {
      if (total == 0) {
        return "%s  %s".formatted(name, ByteCount.text(done));
      }
      int full = (int) (CELLS * done / total);
      String left =
          done < total && arrived > 0 && seconds > 1
              ? ", " + TerminalProgress.time(seconds * (total - done) / arrived) + " left"
              : "";
      return String.format(
          Locale.ROOT,
          "%s  %s%s  %3d %%  %s of %s%s",
          name,
          "█".repeat(full),
          "░".repeat(CELLS - full),
          100 * done / total,
          ByteCount.text(done),
          ByteCount.text(total),
          left);
    }
  }
}
