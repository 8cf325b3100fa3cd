package dev.adder.paper.claims;

import java.util.List;

/**
 * What a claim says. What is asserted is {@code says}, proved and checked here; what the paper is
 * recalled to say stands beside it and is not asserted.
 *
 * @param id short, such as "T1"
 * @param title in a sentence
 * @param says the precise form, in words
 * @param formula the same in LaTeX, without delimiters; {@code \qquad} parts one line from the next
 * @param recalled what the paper is recalled to say, in words
 * @param places where the paper has it
 * @param hypotheses what it asks for
 */
public record Statement(
    String id,
    String title,
    String says,
    String formula,
    String recalled,
    List<Place> places,
    List<Hypothesis> hypotheses) {

  public Statement {
    places = List.copyOf(places);
    hypotheses = List.copyOf(hypotheses);
  }

  /** The hypothesis of this name. */
  public Hypothesis hypothesis(String name) {
    return hypotheses.stream()
        .filter(hypothesis -> hypothesis.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(unknown(name)));
  }

  private String unknown(String name) {
    List<String> names =
        hypotheses.stream().map(hypothesis -> "\"" + hypothesis.name() + "\"").toList();
    return "%s has no hypothesis \"%s\". It has: %s.".formatted(id, name, String.join(", ", names));
  }
}
