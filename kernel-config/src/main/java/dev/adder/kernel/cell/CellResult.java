package dev.adder.kernel.cell;

import dev.adder.notebook.MimeBundle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a cell.
 *
 * @param value of its last expression; null if it has none
 * @param shown the value's representations; null if the cell shows nothing
 * @param error why it failed; null if it did not
 */
public record CellResult(
    @Nullable Object value, @Nullable MimeBundle shown, @Nullable Failure error) {

  /** Nothing to show, and no failure. */
  static final CellResult NOTHING = new CellResult(null, null, null);

  /**
   * Why a cell failed.
   *
   * @param name class of the exception, or CompilationError, Interrupted, MagicError
   * @param message in a sentence
   * @param trace lines for the reader
   */
  public record Failure(String name, String message, List<String> trace) {}

  static CellResult of(@Nullable Object value, MimeBundle shown) {
    return new CellResult(value, shown, null);
  }

  static CellResult failed(String name, String message, List<String> trace) {
    return new CellResult(null, null, new Failure(name, message, trace));
  }

  static CellResult failed(String name, String message) {
    return failed(name, message, List.of(name + ": " + message));
  }

  /** The user's wish, not a failure of the cell's own. */
  public static CellResult interrupted() {
    return failed("Interrupted", "The cell was interrupted.");
  }

  boolean failed() {
    return error != null;
  }
}
