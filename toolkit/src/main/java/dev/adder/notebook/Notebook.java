package dev.adder.notebook;

import dev.adder.training.ProgressListener;
import java.util.UUID;

/** The words a cell has beside the library itself; imported statically by the kernel. */
public final class Notebook {

  static final CellOutput CONSOLE =
      new CellOutput() {
        @Override
        public void display(MimeBundle bundle, String displayId) {
          System.out.println(bundle.data().get(MimeBundle.TEXT));
        }

        @Override
        public void update(MimeBundle bundle, String displayId) {
          display(bundle, displayId);
        }
      };

  private static volatile CellOutput output = CONSOLE;

  private Notebook() {}

  /** Sends displays to this place from now on; called by the kernel. */
  public static void connect(CellOutput cellOutput) {
    output = cellOutput;
  }

  /** Shows a value below the cell, in its richest form, and returns the id it can be updated by. */
  public static String display(Object value) {
    String id = UUID.randomUUID().toString();
    output.display(Renderers.render(value), id);
    return id;
  }

  /** Shows another value where {@code display} showed the first one. */
  public static void update(String displayId, Object value) {
    output.update(Renderers.render(value), displayId);
  }

  /** Progress below the cell: {@code …train(task).watch(progress()).run()}. */
  public static ProgressListener progress() {
    return new NotebookProgress();
  }
}
