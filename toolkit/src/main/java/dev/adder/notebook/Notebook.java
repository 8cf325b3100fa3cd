package dev.adder.notebook;

import ai.djl.ndarray.NDManager;
import dev.adder.tensor.TensorOwners;
import dev.adder.training.ProgressListener;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/** The words a cell has beside the library itself; imported statically by the kernel. */
public final class Notebook {

  private static final CellOutput CONSOLE =
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

  /** Prints displays as text; what there is without a kernel. */
  public static CellOutput console() {
    return CONSOLE;
  }

  /** Sends displays to this place from now on; called by the kernel. */
  public static void connect(CellOutput cellOutput) {
    output = cellOutput;
  }

  /**
   * A cell begins; called by the kernel.
   *
   * @param cell stays the same when the cell is run again
   */
  public static void beginCell(String cell) {
    NotebookProgress.clear();
    CellTensors.begin(cell);
    TensorOwners.freeForgotten();
  }

  /** Frees the tensors of all cells; called by the kernel when everything is forgotten. */
  public static void forgetCells() {
    CellTensors.clear();
    TensorOwners.freeForgotten();
  }

  /**
   * The owner of tensors that this cell makes by hand, such as {@code tensors().ones(new Shape(2,
   * 3))}. They live until the cell is run again, or until {@code %reset}.
   */
  public static NDManager tensors() {
    return CellTensors.owner();
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

  /**
   * Shows a value below the cell under an id of your own, for {@link #update}.
   *
   * @return the id
   */
  public static String display(Object value, String displayId) {
    output.display(Renderers.render(value), displayId);
    return displayId;
  }

  /** Takes away what the cell has shown so far, at once. */
  public static void clearOutput() {
    output.clear(false);
  }

  /**
   * Takes away what the cell has shown so far.
   *
   * @param wait until something new is shown, so that nothing flickers
   */
  public static void clearOutput(boolean wait) {
    output.clear(wait);
  }

  /** A formula, such as {@code latex("h_t = \\bar{A} h_{t-1} + \\bar{B} x_t")}. */
  public static MimeBundle latex(String formula) {
    String bare = formula.strip();
    boolean delimited = bare.startsWith("$") || bare.startsWith("\\begin");
    return MimeBundle.text(bare).with(MimeBundle.LATEX, delimited ? bare : "$$" + bare + "$$");
  }

  /** Text in Markdown. */
  public static MimeBundle markdown(String text) {
    return MimeBundle.text(text).with(MimeBundle.MARKDOWN, text);
  }

  /** HTML as it is, with its words as plain text beside it. */
  public static MimeBundle html(String html) {
    return MimeBundle.html(html, html.replaceAll("<[^>]*>", " ").replaceAll("\\s+", " ").strip());
  }

  /** Opens a channel to the front end, such as a widget's. */
  public static Comm openComm(String target, Map<String, Object> data) {
    return output.openComm(target, data);
  }

  /** Takes channels that the front end opens to this target. */
  public static void onComm(String target, Consumer<Comm> opened) {
    output.onComm(target, opened);
  }

  /** Progress below the cell: {@code …train(task).watch(progress()).run()}. */
  public static ProgressListener progress() {
    return new NotebookProgress();
  }
}
