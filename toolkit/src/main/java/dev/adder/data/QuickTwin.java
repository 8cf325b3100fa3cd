package dev.adder.data;

import java.util.List;
import java.util.function.Supplier;

/**
 * The quick twin of a data set: generated examples in its format, read by its reader.
 *
 * @param dataSet its name, such as "rte"
 * @param make the twin at the size of the quick experiments; always the same
 */
public record QuickTwin(String dataSet, Supplier<Task> make) {

  private static final List<QuickTwin> ALL =
      List.of(new QuickTwin("rte", () -> QuickRte.task(800, 400, 11)));

  /** All of them. */
  public static List<QuickTwin> all() {
    return ALL;
  }
}
