package dev.adder.data;

import java.util.List;
import java.util.Random;

/**
 * Reviews of films: two clauses of opposite sentiment, each said straight or by a "not", of which
 * the grammar makes one the verdict. The words by themselves do not tell which.
 */
final class QuickReviews {

  private static final List<String> PARTS =
      List.of("plot", "end", "cast", "sound", "story", "hero", "pace", "light");
  private static final List<String> GOOD =
      List.of("good", "clever", "warm", "bright", "rich", "smart");
  private static final List<String> BAD = List.of("bad", "dull", "weak", "flat", "poor", "loud");

  /** How the clause that counts, second here, is joined with the other. */
  private static final List<String> JOINTS =
      List.of("%1$s, but %2$s", "although %1$s, %2$s", "%2$s, although %1$s", "%1$s, yet %2$s");

  /**
   * One clause.
   *
   * @param part what it is about
   * @param word which of the words of its kind
   * @param negated whether it is said by a "not"
   */
  private record Clause(int part, int word, boolean negated) {

    static Clause random(Random random) {
      return new Clause(
          random.nextInt(PARTS.size()), random.nextInt(GOOD.size()), random.nextBoolean());
    }

    String say(boolean positive) {
      List<String> words = positive == negated ? BAD : GOOD;
      return "the " + PARTS.get(part) + " is " + (negated ? "not " : "") + words.get(word);
    }
  }

  /**
   * What a review speaks of; the verdict is another matter.
   *
   * @param conceded the clause that does not count
   * @param counting the clause that does
   * @param joint how they are joined
   */
  record Content(Clause conceded, Clause counting, int joint) {

    static Content random(Random random) {
      Clause one = Clause.random(random);
      Clause other = Clause.random(random);
      while (other.part() == one.part()) {
        other = Clause.random(random);
      }
      return new Content(one, other, random.nextInt(JOINTS.size()));
    }

    String say(boolean positive) {
      return QuickWorld.sentence(
          JOINTS.get(joint).formatted(conceded.say(!positive), counting.say(positive)));
    }
  }

  private QuickReviews() {}

  /** A few reviews, whatever their verdicts. */
  static String text(Random random) {
    StringBuilder text = new StringBuilder();
    int reviews = 1 + random.nextInt(3);
    for (int i = 0; i < reviews; i++) {
      text.append(i == 0 ? "" : " ").append(Content.random(random).say(random.nextBoolean()));
    }
    return text.toString();
  }
}
