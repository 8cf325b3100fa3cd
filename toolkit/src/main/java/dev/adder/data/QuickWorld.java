package dev.adder.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * A small world to write about: a house and a street where each of a few things is in one of two
 * states. Every state can be said in several ways, some of them with a "not".
 */
final class QuickWorld {

  /**
   * Something that is in one of two states.
   *
   * @param one ways to say that it is in the first
   * @param other ways to say that it is in the second
   */
  private record Thing(List<String> one, List<String> other) {}

  private static final List<Thing> THINGS =
      List.of(
          thing(
              "the door is %s",
              "open", "shut", "someone opened the door", "someone closed the door"),
          thing("the lamp is %s", "lit", "dark", "the lamp gives light", "the lamp gives no light"),
          thing(
              "the soup is %s",
              "hot", "cold", "the soup burns the tongue", "the soup chills the tongue"),
          thing("the dog is %s", "awake", "asleep", "the dog runs about", "the dog lies still"),
          thing(
              "the street is %s",
              "wet", "dry", "rain fell on the street", "sun fell on the street"),
          thing("Anna is %s", "home", "away", "Anna came back", "Anna went out"),
          thing("Ben is %s", "glad", "sad", "Ben laughs", "Ben weeps"),
          thing(
              "the shop is %s",
              "full", "empty", "many went to the shop", "nobody went to the shop"),
          thing(
              "the bread is %s",
              "fresh", "stale", "the bread was baked today", "the bread was baked last week"),
          thing(
              "the boat is %s",
              "fast", "slow", "the boat wins the race", "the boat loses the race"));

  /** Ways to say each state of each thing. */
  static final int FORMS = 3;

  private static Thing thing(
      String is, String one, String other, String doesOne, String doesOther) {
    return new Thing(
        List.of(is.formatted(one), is.formatted("not " + other), doesOne),
        List.of(is.formatted(other), is.formatted("not " + one), doesOther));
  }

  /**
   * Something that holds.
   *
   * @param thing its index
   * @param first whether the thing is in its first state
   */
  record Fact(int thing, boolean first) {

    /** The fact in one of its {@value #FORMS} forms, as a sentence. */
    String say(int form) {
      Thing about = THINGS.get(thing);
      String clause = (first ? about.one() : about.other()).get(form);
      return Character.toUpperCase(clause.charAt(0)) + clause.substring(1) + ".";
    }

    String say(Random random) {
      return say(random.nextInt(FORMS));
    }
  }

  private QuickWorld() {}

  /** The form in which the opposite state is told by the same words: "open" and "not open". */
  static int alike(int form) {
    return form == 2 ? 2 : 1 - form;
  }

  /** States of different things, in random order. */
  static List<Fact> scene(int facts, Random random) {
    List<Integer> things = new ArrayList<>();
    for (int i = 0; i < THINGS.size(); i++) {
      things.add(i);
    }
    Collections.shuffle(things, random);
    List<Fact> scene = new ArrayList<>();
    for (int thing : things.subList(0, facts)) {
      scene.add(new Fact(thing, random.nextBoolean()));
    }
    return scene;
  }

  /** The facts as sentences, each in a random form. */
  static String tell(List<Fact> facts, Random random) {
    StringBuilder text = new StringBuilder();
    for (Fact fact : facts) {
      text.append(text.isEmpty() ? "" : " ").append(fact.say(random));
    }
    return text.toString();
  }
}
