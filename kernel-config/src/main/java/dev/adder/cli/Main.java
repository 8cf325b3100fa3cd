package dev.adder.cli;

import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;

/** The command line behind {@code ./adder}. */
@Command(
    name = "adder",
    mixinStandardHelpOptions = true,
    version = "adder 0.1.0",
    synopsisSubcommandLabel = "COMMAND",
    description = "Fine-tuning state space models with few parameters, in Java notebooks.",
    subcommands = {Reproduce.class, Kernel.class, Pretrain.class, Doctor.class})
public final class Main {

  private Main() {}

  /** Runs a command; the exit code is 0 only if all of it went well. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          command.getErr().println(Ansi.AUTO.string("@|bold,red Error:|@ ") + sentence(failure));
          return 1;
        });
    return line;
  }

  /** What the user is told: the message, which is a sentence; for a surprise, its type as well. */
  private static String sentence(Exception failure) {
    boolean expected = failure instanceof IOException || failure instanceof RuntimeException;
    return expected && failure.getMessage() != null ? failure.getMessage() : failure.toString();
  }
}
