package dev.adder.kernel;

import dev.adder.tensor.Workers;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** Starts the kernel: one argument, the connection file that Jupyter wrote. */
public final class KernelMain {

  private KernelMain() {}

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 1) {
      System.err.println(
          "The kernel was started with %d arguments; it takes one, Jupyter's connection file. Open it from JupyterLab: ./adder lab"
              .formatted(arguments.length));
      System.exit(2);
    }
    try {
      Workers.threads();
    } catch (IllegalArgumentException wrong) {
      System.err.println(wrong.getMessage());
      System.exit(2);
    }
    Path file = Path.of(arguments[0]);
    String connection = Files.readString(file);
    LastRun lastRun = LastRun.of(file);
    ignoreTerminal();
    endWithParent();
    noteExit(lastRun);
    Logs.to(System.err);
    new KernelServer(KernelConnectionProperties.parse(connection), lastRun).serve();
  }

  /** A library may call System.exit, which no check in cell code sees: note who did. */
  private static void noteExit(LastRun lastRun) {
    Thread note =
        new Thread(
            () ->
                exitCaller()
                    .ifPresent(
                        caller ->
                            lastRun.ending(
                                "The kernel was ended by %s, which called System.exit %s."
                                    .formatted(caller, LastRun.DURING))));
    Runtime.getRuntime().addShutdownHook(note);
  }

  private static Optional<String> exitCaller() {
    return Thread.getAllStackTraces().values().stream()
        .filter(stack -> List.of(stack).toString().contains("java.lang.System.exit("))
        .flatMap(stack -> Stream.of(stack))
        .filter(frame -> !frame.getClassName().matches("(java\\.lang|jdk\\.internal)\\..*"))
        .map(frame -> frame.getClassName() + "." + frame.getMethodName())
        .findFirst();
  }

  /** Ctrl-C in a terminal is for who started the kernel, which asks for interrupts by message. */
  private static void ignoreTerminal() {
    Signal.handle(new Signal("INT"), SignalHandler.SIG_IGN);
  }

  /**
   * A kernel must not outlive who started it. Jupyter tells its process id, but on Windows a handle
   * that only C programs can use.
   */
  private static void endWithParent() {
    String id = System.getenv("JPY_PARENT_PID");
    if (id == null || !id.matches("\\d+")) {
      return;
    }
    Optional<ProcessHandle> parent =
        System.getProperty("os.name").startsWith("Windows")
            ? ProcessHandle.current().parent()
            : ProcessHandle.of(Long.parseLong(id));
    parent.ifPresent(handle -> handle.onExit().thenRun(() -> Runtime.getRuntime().halt(0)));
  }
}
