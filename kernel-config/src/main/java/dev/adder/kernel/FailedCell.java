package dev.adder.kernel;

import java.util.List;

/**
 * The cell a run ended with.
 *
 * @param number from 1, among the code cells
 * @param source its code
 * @param sentence what went wrong
 * @param trace the kernel's lines about it; empty if the kernel said none
 */
public record FailedCell(int number, String source, String sentence, List<String> trace) {

  public FailedCell {
    trace = List.copyOf(trace);
  }
}
