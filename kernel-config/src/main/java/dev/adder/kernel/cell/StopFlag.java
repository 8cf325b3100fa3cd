package dev.adder.kernel.cell;

import dev.adder.notebook.Environment;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where code of a cell asks whether it may go on, and what stands for calls it must not make.
 * {@link StopGuard} weaves the calls in; they are public because cell code makes them.
 */
public final class StopFlag {

  private static volatile boolean stop;

  /** Whether code has been ended by the flag since it was lowered. */
  private static volatile boolean heeded;

  private StopFlag() {}

  /**
   * Thrown into a cell to end it; an Error, so that {@code catch (Exception e)} does not hold it.
   */
  public static final class Stopped extends Error {
    private static final long serialVersionUID = 1L;

    Stopped() {
      super("The cell was interrupted.");
    }
  }

  static void raise() {
    stop = true;
  }

  static void lower() {
    stop = false;
    heeded = false;
  }

  /** Whether the cell has been interrupted. */
  static boolean isRaised() {
    return stop;
  }

  /** Whether that has ended code of the cell, on whatever thread. */
  static boolean isHeeded() {
    return heeded;
  }

  /** Ends the cell if it has been interrupted. */
  public static void check() {
    if (stop) {
      heeded = true;
      throw new Stopped();
    }
  }

  /** Stands for {@code System.exit} in cell code. */
  public static void exit(int status) {
    throw new IllegalStateException(
        "System.exit(%d) would end the kernel and lose all variables. Restart the kernel from the menu if that is meant."
            .formatted(status));
  }

  /** Stands for {@code Runtime.exit} and {@code Runtime.halt} in cell code. */
  public static void exit(Runtime runtime, int status) {
    exit(status);
  }

  /** Stands for {@code System.getenv(name)} in cell code, which sees what {@code %env} has set. */
  public static @Nullable String environment(String name) {
    return Environment.get(name);
  }

  /** Stands for {@code System.getenv()} in cell code. */
  public static Map<String, String> environment() {
    return Environment.all();
  }
}
