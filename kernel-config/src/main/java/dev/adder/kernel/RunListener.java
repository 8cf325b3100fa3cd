package dev.adder.kernel;

/** Told how far the run of a notebook is. */
public interface RunListener {

  /**
   * The run begins.
   *
   * @param cells number of code cells
   */
  void begin(int cells);

  /**
   * A cell begins.
   *
   * @param cell from 1
   * @param firstLine of its code
   */
  void cell(int cell, String firstLine);

  /** Something was shown or printed; the last line of it in plain text. */
  void output(String line);
}
