package dev.adder.kernel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a cell.
 *
 * @param value of its last expression; null if it shows nothing
 * @param error why it failed; null if it did not
 */
record CellResult(@Nullable Object value, CellResult.@Nullable Failure error) {

  /**
   * Why a cell failed.
   *
   * @param name class of the exception, or CompilationError, or Interrupted
   * @param message in a sentence
   * @param trace lines for the reader
   */
  record Failure(String name, String message, List<String> trace) {}

  static CellResult of(@Nullable Object value) {
    return new CellResult(value, null);
  }

  static CellResult failed(String name, String message, List<String> trace) {
    return new CellResult(null, new Failure(name, message, trace));
  }
}
