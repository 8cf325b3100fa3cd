package dev.adder.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One example on its way into a model: as text, as tokens, and as labels of which only the answer's
 * count. Position by position it is the row that training reads.
 *
 * @param task its name
 * @param form whether it is posed as released or corrected
 * @param example as text
 * @param segments the texts that are encoded each by itself: prefix, input with separator, label
 *     with ending
 * @param positions what is read, and what is to be said there
 */
public record ExampleView(
    String task, Form form, Example example, List<Segment> segments, List<Position> positions) {

  /** Which of the texts a token belongs to. */
  public enum Part {
    PREFIX,
    INPUT,
    LABEL
  }

  /**
   * A text that is encoded by itself.
   *
   * @param tokens that it becomes
   */
  public record Segment(Part part, String text, int tokens) {}

  /**
   * A place in the sequence that the model reads.
   *
   * @param part of the token that is read
   * @param token that is read, as text
   * @param id of that token
   * @param target id of the token that is to be said here, or {@link TokenBatch#IGNORED}
   */
  public record Position(Part part, String token, int id, int target) {

    /** Whether the loss counts what is said here. */
    public boolean counts() {
      return target != TokenBatch.IGNORED;
    }
  }

  public ExampleView {
    segments = List.copyOf(segments);
    positions = List.copyOf(positions);
  }

  static ExampleView of(Task task, Example example, Tokens tokens) {
    TokenExample encoded = task.encode(List.of(example), tokens).get(0);
    String prefix = task.template().prefix();
    int prefixLength = tokens.encode(prefix).length;
    int promptLength = encoded.prompt().length;
    List<Segment> segments = new ArrayList<>();
    if (prefixLength > 0) {
      segments.add(new Segment(Part.PREFIX, prefix, prefixLength));
    }
    segments.add(
        new Segment(Part.INPUT, task.template().input(example), promptLength - prefixLength));
    segments.add(
        new Segment(Part.LABEL, example.label() + task.answer().ending(), encoded.label().length));

    int[] ids = new int[encoded.length()];
    int[] targets = new int[ids.length];
    Arrays.fill(targets, TokenBatch.IGNORED);
    encoded.write(ids, targets, 0);
    List<Position> positions = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      Part part = i < prefixLength ? Part.PREFIX : i < promptLength ? Part.INPUT : Part.LABEL;
      positions.add(new Position(part, tokens.decode(new int[] {ids[i]}), ids[i], targets[i]));
    }
    return new ExampleView(task.name(), task.form(), example, segments, positions);
  }

  /** Positions at which the loss counts what is said. */
  public int counted() {
    return (int) positions.stream().filter(Position::counts).count();
  }

  /** A text in which line ends can be seen. */
  public static String visible(String text) {
    return text.replace("\r", "␍").replace("\n", "⏎");
  }

  @Override
  public String toString() {
    return "%s (%s): %d tokens read, %d count"
        .formatted(
            task, form.name().toLowerCase(java.util.Locale.ROOT), positions.size(), counted());
  }
}
