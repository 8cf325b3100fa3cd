package dev.adder.kernel.cell;

import java.util.List;

/**
 * What could stand at the cursor, the fitting types first.
 *
 * @param from where the completed word begins
 */
public record Completions(List<Item> items, int from) {

  /**
   * One possibility.
   *
   * @param text that takes the word's place
   * @param kind method, class, variable, package or magic
   */
  public record Item(String text, String kind) {}
}
