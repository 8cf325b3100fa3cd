package dev.adder.notebook;

/**
 * Where the running cell's displays go. The kernel installs one; without a kernel there is none,
 * and displays are printed as text.
 */
public interface CellOutput {

  /** Shows a new display below the cell. */
  void display(MimeBundle bundle, String displayId);

  /** Replaces what {@code display} showed under this id, wherever it stands. */
  void update(MimeBundle bundle, String displayId);
}
