package dev.adder.data;

import java.util.List;
import java.util.Random;

/** Short talks in which two people agree on something, or do not, and what came of them. */
final class QuickTalk {

  private static final List<String> THINGS_TO_DO =
      List.of("swim", "eat", "walk", "play", "read", "sing", "dance", "cook");
  private static final List<String> DUTIES = List.of("work", "sleep", "learn", "clean", "pack");
  private static final List<String> PLACES =
      List.of("lake", "park", "shop", "bridge", "station", "school", "tower", "garden");
  private static final List<String> TIMES =
      List.of("one", "two", "three", "four", "five", "six", "seven", "eight", "nine");
  private static final List<String> DAYS = List.of("today", "tomorrow", "on Sunday", "on Friday");

  private static final List<String> GREETINGS =
      List.of("Hello!", "Good morning!", "Hi, how are you?", "Are you there?");
  private static final List<String> REPLIES =
      List.of("Hi!", "Fine, thanks.", "Yes, I am.", "Good to hear you.");
  private static final List<String> PARTINGS = List.of("See you!", "Bye!", "All right.", "Thanks!");

  /** Line ends as in the original data set. */
  private static final String TURN = "\r\n";

  /**
   * What a talk comes to.
   *
   * @param asks index of the name of who asks
   * @param answers index of the name of who answers
   * @param deed index of what is proposed
   * @param day index of when
   * @param agreed whether they agree
   * @param place index of where, if they do
   * @param time index of the hour, if they do
   * @param rejected index of the hour that was proposed first, if they do
   * @param duty index of what keeps the other, if they do not
   */
  record Outcome(
      int asks,
      int answers,
      int deed,
      int day,
      boolean agreed,
      int place,
      int time,
      int rejected,
      int duty) {

    static Outcome random(Random random) {
      int asks = random.nextInt(QuickPeople.NAMES.size());
      int time = random.nextInt(TIMES.size());
      return new Outcome(
          asks,
          (asks + 1 + random.nextInt(QuickPeople.NAMES.size() - 1)) % QuickPeople.NAMES.size(),
          random.nextInt(THINGS_TO_DO.size()),
          random.nextInt(DAYS.size()),
          random.nextInt(3) > 0,
          random.nextInt(PLACES.size()),
          time,
          (time + 1 + random.nextInt(TIMES.size() - 1)) % TIMES.size(),
          random.nextInt(DUTIES.size()));
    }

    private String one() {
      return QuickPeople.NAMES.get(asks);
    }

    private String other() {
      return QuickPeople.NAMES.get(answers);
    }

    /** The talk, turn by turn. */
    String dialogue(Random random) {
      StringBuilder talk = new StringBuilder();
      if (random.nextBoolean()) {
        turn(talk, one(), pick(GREETINGS, random));
        turn(talk, other(), pick(REPLIES, random));
      }
      String when = DAYS.get(day);
      turn(
          talk,
          one(),
          random.nextBoolean()
              ? "Do you want to %s %s?".formatted(THINGS_TO_DO.get(deed), when)
              : "Shall we %s %s?".formatted(THINGS_TO_DO.get(deed), when));
      if (!agreed) {
        turn(talk, other(), "Sorry, I have to %s.".formatted(DUTIES.get(duty)));
      } else {
        turn(talk, other(), random.nextBoolean() ? "Yes, where?" : "Gladly, but where?");
        turn(talk, one(), "At the %s at %s.".formatted(PLACES.get(place), TIMES.get(rejected)));
        turn(talk, other(), "Not then. At %s?".formatted(TIMES.get(time)));
        turn(talk, one(), "Good.");
      }
      turn(talk, random.nextBoolean() ? one() : other(), pick(PARTINGS, random));
      return talk.substring(0, talk.length() - TURN.length());
    }

    /** What came of it, in one sentence. */
    String summary() {
      return agreed
          ? "%s and %s will %s at the %s %s at %s."
              .formatted(
                  one(),
                  other(),
                  THINGS_TO_DO.get(deed),
                  PLACES.get(place),
                  DAYS.get(day),
                  TIMES.get(time))
          : "%s wants to %s %s, but %s has to %s."
              .formatted(one(), THINGS_TO_DO.get(deed), DAYS.get(day), other(), DUTIES.get(duty));
    }
  }

  private QuickTalk() {}

  /** A talk, or what came of a few others. */
  static String text(Random random) {
    if (random.nextBoolean()) {
      return Outcome.random(random).dialogue(random);
    }
    return Outcome.random(random).summary() + " " + Outcome.random(random).summary();
  }

  private static void turn(StringBuilder talk, String who, String what) {
    talk.append(who).append(": ").append(what).append(TURN);
  }

  private static String pick(List<String> list, Random random) {
    return list.get(random.nextInt(list.size()));
  }
}
