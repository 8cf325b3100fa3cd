package dev.adder.cli;

import dev.adder.PretrainedModel;
import dev.adder.Ssm;
import dev.adder.data.QuickTwin;
import dev.adder.paper.TwinCard;
import dev.adder.paper.TwinCards;
import dev.adder.paper.TwinMeasurement;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the cards of the quick twins. */
@Command(
    name = "measure",
    description =
        "Measures the quick twins: what can be had without understanding, the quick model as it is,"
            + " and full tuning.",
    footer = {
      "",
      "Writes a JSON file for each twin and a page of all. A card that is there, made with the"
          + " same model, examples and settings, is kept, so that an interrupted run goes on. How the"
          + " model is tuned is said in data/grids/twins.json."
    },
    mixinStandardHelpOptions = true)
final class DataMeasure implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--twin",
      paramLabel = "NAME",
      split = ",",
      description = "Only these, such as rte or rte,dart; all if not said.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--output",
      paramLabel = "DIR",
      defaultValue = "data/twins",
      description = "Folder of the cards (default: ${DEFAULT-VALUE}).")
  private Path output;

  @Override
  public Integer call() throws IOException {
    List<QuickTwin> twins =
        names.isEmpty() ? QuickTwin.all() : names.stream().map(QuickTwin::named).toList();
    PrintWriter out = spec.commandLine().getOut();
    TerminalProgress progress = new TerminalProgress(out);
    try (PretrainedModel model = Ssm.load("quick")) {
      new TwinMeasurement(model, new TwinCards(output))
          .watch(progress, card -> progress.line(line(card)))
          .run(twins);
    }
    out.println("Cards      " + output.toAbsolutePath());
    return 0;
  }

  /** A card in a line of a terminal. */
  static String line(TwinCard card) {
    return String.format(
        Locale.ROOT,
        "%-13s %s: best guess %.3f, quick model %.3f, full tuning %.3f ± %.3f%s",
        card.twin(),
        card.metric(),
        card.bestGuess().scores().get(card.metric()),
        card.bestFrozen(),
        card.tuned(card.metric()),
        card.spread(card.metric()),
        card.margin() < TwinCard.MARGIN ? "  NOT LEARNT" : "");
  }
}
