package dev.adder.notebook;

import java.util.Map;
import java.util.function.Consumer;

/**
 * Where the running cell's displays go. The kernel installs one; without a kernel there is none,
 * and displays are printed as text.
 */
public interface CellOutput {

  /** Shows a new display below the cell. */
  void display(MimeBundle bundle, String displayId);

  /** Replaces what {@code display} showed under this id, wherever it stands. */
  void update(MimeBundle bundle, String displayId);

  /**
   * Takes away what the cell has shown so far.
   *
   * @param wait until something new is shown
   */
  default void clear(boolean wait) {}

  /** Opens a channel to the front end. */
  default Comm openComm(String target, Map<String, Object> data) {
    throw new UnsupportedOperationException("There is no front end here to open a channel to.");
  }

  /** Takes channels that the front end opens to this target. */
  default void onComm(String target, Consumer<Comm> opened) {}
}
