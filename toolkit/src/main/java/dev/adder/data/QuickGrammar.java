package dev.adder.data;

import java.util.List;
import java.util.Random;

/**
 * Sentences whose verb or pronoun must agree with a noun that is not the nearest one. Swapping the
 * form of the last word makes a sentence unacceptable; no word by itself tells.
 */
final class QuickGrammar {

  private static final List<String> NOUNS =
      List.of("dog", "cat", "boy", "girl", "bird", "horse", "king", "queen");
  private static final List<String> SELVES =
      List.of("itself", "itself", "himself", "herself", "itself", "itself", "himself", "herself");
  private static final List<String> PLACES = List.of("near", "behind", "beside", "with");
  private static final List<String> SEEING = List.of("see", "like", "follow", "know");
  private static final List<String> VERBS =
      List.of("run", "sleep", "sing", "eat", "play", "swim", "wait", "jump");

  /**
   * How a sentence is built.
   *
   * <ul>
   *   <li>PLACE: the dogs near the boy run
   *   <li>RELATIVE: the dogs that the boy sees run
   *   <li>REFLEXIVE: the boy thinks that the dogs see themselves
   * </ul>
   */
  enum Construction {
    PLACE,
    RELATIVE,
    REFLEXIVE
  }

  /**
   * What a sentence says; whether it is acceptable is another matter.
   *
   * @param construction how it is built
   * @param subject index of the noun that decides
   * @param other index of the noun that does not
   * @param between index of the word between them
   * @param verb index of the verb; 0 in a reflexive sentence, which has none of its own
   */
  record Content(Construction construction, int subject, int other, int between, int verb) {

    Content {
      verb = construction == Construction.REFLEXIVE ? 0 : verb;
    }

    static Content random(Random random) {
      int subject = random.nextInt(NOUNS.size());
      return new Content(
          Construction.values()[random.nextInt(3)],
          subject,
          (subject + 1 + random.nextInt(NOUNS.size() - 1)) % NOUNS.size(),
          random.nextInt(4),
          random.nextInt(VERBS.size()));
    }

    /**
     * The sentence.
     *
     * @param many whether the deciding noun is a plural
     * @param othersMany whether the other one is
     * @param agreeing whether the last form agrees, as grammar asks
     */
    String say(boolean many, boolean othersMany, boolean agreeing) {
      String first = "the " + noun(subject, many);
      String second = "the " + noun(other, othersMany);
      boolean form = many == agreeing;
      return QuickWorld.sentence(
          switch (construction) {
            case PLACE ->
                first
                    + " "
                    + PLACES.get(between)
                    + " "
                    + second
                    + " "
                    + inflected(VERBS, verb, form);
            case RELATIVE ->
                "%s that %s %s %s"
                    .formatted(
                        first,
                        second,
                        inflected(SEEING, between, othersMany),
                        inflected(VERBS, verb, form));
            case REFLEXIVE ->
                "%s %s that %s %s %s"
                    .formatted(
                        second,
                        othersMany ? "think" : "thinks",
                        first,
                        inflected(SEEING, between, many),
                        form ? "themselves" : SELVES.get(subject));
          });
    }
  }

  private QuickGrammar() {}

  /** A few acceptable sentences. */
  static String text(Random random) {
    StringBuilder text = new StringBuilder();
    int sentences = 1 + random.nextInt(4);
    for (int i = 0; i < sentences; i++) {
      Content content = Content.random(random);
      text.append(i == 0 ? "" : " ");
      text.append(content.say(random.nextBoolean(), random.nextBoolean(), true));
    }
    return text.toString();
  }

  private static String noun(int index, boolean many) {
    return NOUNS.get(index) + (many ? "s" : "");
  }

  private static String inflected(List<String> verbs, int index, boolean many) {
    return verbs.get(index) + (many ? "" : "s");
  }
}
