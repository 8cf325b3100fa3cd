package dev.adder.data;

import java.util.List;

/** What a task asks for: one of a few classes, or text. */
public sealed interface Answer permits Answer.Choice, Answer.Text {

  /** Stands behind every label, is encoded with it and learnt with it; may be empty. */
  String ending();

  /**
   * One class, answered by its word: one token at the label position.
   *
   * @param words what is answered, one token each: "0", "1" or "A", "B" …
   * @param classes what the words mean, as many
   * @param anyToken whether the answer is the most probable token of the whole vocabulary, which
   *     may be none of the words, or the most probable of the words
   */
  record Choice(List<String> words, List<String> classes, boolean anyToken) implements Answer {

    public Choice {
      words = List.copyOf(words);
      classes = List.copyOf(classes);
      if (words.size() != classes.size() || words.size() < 2) {
        throw new IllegalArgumentException(
            "There are the words %s for the classes %s; give one word per class, and at least two."
                .formatted(words, classes));
      }
    }

    /** Classes answered by their number, from 0. */
    static Choice digits(List<String> classes, boolean anyToken) {
      List<String> digits =
          java.util.stream.IntStream.range(0, classes.size()).mapToObj(String::valueOf).toList();
      return new Choice(digits, classes, anyToken);
    }

    @Override
    public String ending() {
      return "";
    }
  }

  /** Text, which ends with the tokenizer's end of text. */
  record Text() implements Answer {

    /** Ends a text; one token, id 0. */
    public static final String END = "<|endoftext|>";

    @Override
    public String ending() {
      return END;
    }
  }
}
