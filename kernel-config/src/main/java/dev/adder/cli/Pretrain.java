package dev.adder.cli;

import dev.adder.paper.QuickPretraining;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes the quick model. */
@Command(
    name = "pretrain",
    description = "Pretrains the quick model anew; the same settings give the same bytes.",
    mixinStandardHelpOptions = true)
final class Pretrain implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--output",
      defaultValue = "data/quick-mamba",
      description = "Folder for the checkpoint (default: ${DEFAULT-VALUE}).")
  private Path output;

  @Override
  public Integer call() throws Exception {
    TerminalProgress progress = new TerminalProgress(spec.commandLine().getOut());
    double perplexity = QuickPretraining.SHIPPED.run(output, progress);
    spec.commandLine()
        .getOut()
        .println(
            String.format(
                Locale.ROOT, "Held-out perplexity %.3f. Checkpoint in %s", perplexity, output));
    return 0;
  }
}
