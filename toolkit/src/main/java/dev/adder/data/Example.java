package dev.adder.data;

import java.util.List;
import java.util.Optional;

/**
 * One example as text.
 *
 * @param input what the model reads, without the instruction and without the closing separator
 * @param answers what it may answer, without an ending; at least one, and the first is learnt
 * @param database name of the database that a query is asked of; only Spider has one
 */
public record Example(String input, List<String> answers, Optional<String> database) {

  public Example {
    answers = List.copyOf(answers);
    if (answers.isEmpty()) {
      throw new IllegalArgumentException("An example has no answer; give at least one.");
    }
  }

  /** An example with one answer. */
  public Example(String input, String label) {
    this(input, List.of(label), Optional.empty());
  }

  /** An example with several good answers. */
  public Example(String input, List<String> answers) {
    this(input, answers, Optional.empty());
  }

  /** The answer that is learnt. */
  public String label() {
    return answers.get(0);
  }
}
