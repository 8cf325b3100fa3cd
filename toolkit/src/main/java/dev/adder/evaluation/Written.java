package dev.adder.evaluation;

import dev.adder.data.Database;
import dev.adder.data.Example;
import dev.adder.data.Task;
import java.util.List;
import java.util.Optional;

/**
 * A text that was written, and what it is compared with.
 *
 * @param text without what ends it
 * @param references good texts, at least one
 * @param database that both ask, where they are queries
 */
public record Written(String text, List<String> references, Optional<Database> database) {

  public Written {
    references = List.copyOf(references);
    if (references.isEmpty()) {
      throw new IllegalArgumentException("A text has no reference; give at least one.");
    }
  }

  /** A text that answers an example of a task. */
  public static Written of(String text, Example example, Task task) {
    return new Written(
        text,
        example.answers(),
        example.database().flatMap(name -> task.databases().map(all -> all.get(name))));
  }

  /** A text that asks no database. */
  public Written(String text, String... references) {
    this(text, List.of(references), Optional.empty());
  }
}
