package dev.adder.cli;

import dev.adder.tensor.Workers;
import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/** The command line behind {@code ./adder}. */
@Command(
    name = "adder",
    mixinStandardHelpOptions = true,
    version = "adder " + Main.VERSION,
    synopsisSubcommandLabel = "COMMAND",
    description = "Fine-tuning state space models with few parameters, in Java notebooks.",
    footer = {
      "",
      "ADDER_THREADS=n in the environment sets the threads of engine and kernels (all",
      "processors if not said); results do not depend on it."
    },
    subcommands = {
      Reproduce.class,
      RunNotebook.class,
      CheckClaims.class,
      Kernel.class,
      Data.class,
      Pretrain.class,
      Doctor.class
    })
public final class Main {

  static final String VERSION = "0.1.0";

  /** The engine's own log, of which a terminal shows warnings only; held, or its level is lost. */
  private static final Logger ENGINE = Logger.getLogger("ai.djl");

  private Main() {}

  /** Runs a command; the exit code is 0 only if all of it went well. */
  public static void main(String[] arguments) {
    ENGINE.setLevel(Level.WARNING);
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          error(command, sentence(failure));
          return 1;
        });
    line.setExecutionStrategy(Main::execute);
    return line;
  }

  /** What was set from outside is checked before anything begins; help is shown in any case. */
  private static int execute(ParseResult parsed) {
    Integer helped = CommandLine.executeHelpRequest(parsed);
    if (helped != null) {
      return helped;
    }
    try {
      Workers.threads();
    } catch (IllegalArgumentException wrong) {
      CommandLine command = parsed.commandSpec().commandLine();
      error(command, wrong.getMessage());
      return command.getCommandSpec().exitCodeOnInvalidInput();
    }
    return new RunLast().execute(parsed);
  }

  static void error(CommandLine command, String sentence) {
    command.getErr().println(Ansi.AUTO.string("@|bold,red Error:|@ ") + sentence);
  }

  /** What the user is told: the message, which is a sentence; for a surprise, its type as well. */
  private static String sentence(Exception failure) {
    boolean expected = failure instanceof IOException || failure instanceof RuntimeException;
    return expected && failure.getMessage() != null ? failure.getMessage() : failure.toString();
  }
}
