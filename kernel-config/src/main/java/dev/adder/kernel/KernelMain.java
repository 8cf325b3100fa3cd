package dev.adder.kernel;

import dev.adder.tensor.Workers;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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
    String connection = Files.readString(Path.of(arguments[0]));
    ignoreTerminal();
    endWithParent();
    new KernelServer(KernelConnectionProperties.parse(connection)).serve();
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
