package dev.adder.cli;

import dev.adder.data.DataSet;
import dev.adder.data.DataSet.Sizes;
import dev.adder.data.DataSets;
import dev.adder.data.files.DataHome;
import dev.adder.paper.TaskLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Every task with its state, sizes, licence and source. */
@Command(
    name = "list",
    description = "Shows every task: whether it is here, its sizes, licence and source.",
    mixinStandardHelpOptions = true)
final class DataList implements Callable<Integer> {

  private static final int WIDTH = 100;
  private static final int METRIC = 17;
  private static final String ROW = "%-15s %8s %7s %7s  %-17s %-18s %s";
  private static final String RAW = "%-30s %7s %7s %7s  %-8s  %-18s %s";

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    print(spec.commandLine().getOut(), DataHome.standard());
    return 0;
  }

  static void print(PrintWriter out, DataHome home) throws IOException {
    line(out, ROW, "Task", "train", "valid.", "test", "metric", "state", "licence");
    for (TaskLine task : TaskLine.ofTexts(home)) {
      row(out, ROW, task);
    }
    line(out, "%nPictures as raw sequences, for a deep S4");
    line(out, RAW, "Task", "train", "valid.", "test", "metric", "state", "licence");
    for (TaskLine task : TaskLine.ofSequences(home)) {
      row(out, RAW, task);
    }
    line(out, "%nSources");
    for (DataSet dataSet : DataSets.all()) {
      DataSet.About about = dataSet.about();
      wrapped(out, dataSet.name(), about.title() + ". " + about.citation());
    }
    line(out, "%nPosed as released, with its oddities; .corrected() poses without them");
    for (Map.Entry<String, List<String>> oddity : oddities().entrySet()) {
      wrapped(out, String.join(", ", oddity.getValue()) + ":", oddity.getKey());
    }
    line(out, "%nScores of the twins that are measured: data/twins/README.md");
    line(out, "%nCache      %s", home.cache());
    line(out, "Hub cache  %s", home.hub());
    line(out, "Network    %s", home.offline() ? "not to be used" : "used by fetch and load");
  }

  /** What is odd, with the data sets it is so in. */
  private static Map<String, List<String>> oddities() {
    Map<String, List<String>> oddities = new LinkedHashMap<>();
    for (DataSet dataSet : DataSets.all()) {
      if (!dataSet.about().oddity().isEmpty()) {
        oddities
            .computeIfAbsent(dataSet.about().oddity(), oddity -> new ArrayList<>())
            .add(dataSet.name());
      }
    }
    return oddities;
  }

  private static void line(PrintWriter out, String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values).stripTrailing());
  }

  private static void row(PrintWriter out, String format, TaskLine task) {
    Sizes sizes = task.sizes();
    line(
        out,
        format,
        task.task(),
        count(sizes.train()),
        count(sizes.validation()),
        count(sizes.test()),
        metric(task.metrics()),
        task.state(),
        task.licence());
  }

  /** The metrics, or the first of them where they are too long for their column. */
  private static String metric(List<String> metrics) {
    String all =
        String.join(", ", metrics)
            .replace("matthews_correlation", "matthews")
            .replace("bleu_shortest", "bleu");
    return all.length() <= METRIC ? all : metrics.get(0) + " …";
  }

  private static String count(int examples) {
    return examples == 0 ? "–" : String.format(Locale.ROOT, "%,d", examples);
  }

  private static void wrapped(PrintWriter out, String name, String text) {
    String indent = " ".repeat(16);
    StringBuilder line = new StringBuilder(String.format("%-15s", name));
    for (String word : text.split(" ")) {
      if (line.length() + 1 + word.length() > WIDTH) {
        out.println(line);
        line = new StringBuilder(indent).append(word);
      } else {
        line.append(' ').append(word);
      }
    }
    out.println(line);
  }
}
