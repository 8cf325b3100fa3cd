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
   * @param aside ways to speak of it without telling its state
   */
  private record Thing(List<String> one, List<String> other, List<String> aside) {}

  private static final List<Thing> THINGS =
      List.of(
          thing(
              "the door is %s",
              List.of("open", "shut", "someone opened the door", "someone closed the door"),
              List.of("blue", "new", "someone painted the door")),
          thing(
              "the lamp is %s",
              List.of("lit", "dark", "the lamp gives light", "the lamp gives no light"),
              List.of("small", "old", "the lamp hangs low")),
          thing(
              "the soup is %s",
              List.of("hot", "cold", "the soup burns the tongue", "the soup chills the tongue"),
              List.of("green", "sweet", "someone paid for the soup")),
          thing(
              "the dog is %s",
              List.of("awake", "asleep", "the dog runs about", "the dog lies still"),
              List.of("brown", "old", "the dog has a name")),
          thing(
              "the street is %s",
              List.of("wet", "dry", "rain fell on the street", "sun fell on the street"),
              List.of("long", "wide", "a sign names the street")),
          thing(
              "Anna is %s",
              List.of("home", "away", "Anna came back", "Anna went out"),
              List.of("tall", "young", "Anna has a hat")),
          thing(
              "Ben is %s",
              List.of("glad", "sad", "Ben laughs", "Ben weeps"),
              List.of("thin", "young", "Ben has a coat")),
          thing(
              "the shop is %s",
              List.of("full", "empty", "many went to the shop", "nobody went to the shop"),
              List.of("near", "new", "a sign names the shop")),
          thing(
              "the bread is %s",
              List.of(
                  "fresh", "stale", "the bread was baked today", "the bread was baked last week"),
              List.of("brown", "sweet", "someone paid for the bread")),
          thing(
              "the boat is %s",
              List.of("fast", "slow", "the boat wins the race", "the boat loses the race"),
              List.of("white", "wide", "the boat has a sail")));

  /** Ways to say each state of each thing. */
  static final int FORMS = 3;

  private static Thing thing(String is, List<String> states, List<String> asides) {
    String one = states.get(0);
    String other = states.get(1);
    return new Thing(
        List.of(is.formatted(one), is.formatted("not " + other), states.get(2)),
        List.of(is.formatted(other), is.formatted("not " + one), states.get(3)),
        List.of(is.formatted(asides.get(0)), is.formatted("not " + asides.get(1)), asides.get(2)));
  }

  /**
   * Something that holds.
   *
   * @param thing its index
   * @param first whether the thing is in its first state
   */
  record Fact(int thing, boolean first) {

    /** The fact in one of its {@value #FORMS} forms, as a clause. */
    String clause(int form) {
      Thing about = THINGS.get(thing);
      return (first ? about.one() : about.other()).get(form);
    }

    String clause(Random random) {
      return clause(random.nextInt(FORMS));
    }

    /** The fact in one of its {@value #FORMS} forms, as a sentence. */
    String say(int form) {
      return sentence(clause(form));
    }

    /** The fact that the same thing is in its first state. */
    Fact inFirst() {
      return new Fact(thing, true);
    }

    /** The fact about the same thing that does not hold. */
    Fact opposite() {
      return new Fact(thing, !first);
    }

    String say(Random random) {
      return say(random.nextInt(FORMS));
    }
  }

  private QuickWorld() {}

  /** A clause with a capital letter and a full stop. */
  static String sentence(String clause) {
    return Character.toUpperCase(clause.charAt(0)) + clause.substring(1) + ".";
  }

  /** Speaks of a thing without telling its state; the forms are built like those of facts. */
  static String aside(int thing, int form) {
    return sentence(THINGS.get(thing).aside().get(form));
  }

  /** The form in which the opposite state is told by the same words: "open" and "not open". */
  static int alike(int form) {
    return form == 2 ? 2 : 1 - form;
  }

  /** Any form but one. */
  static int otherForm(int never, Random random) {
    return (never + 1 + random.nextInt(FORMS - 1)) % FORMS;
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

  /** That two things are so, as one clause. */
  static String both(String one, String other, Random random) {
    return random.nextBoolean() ? one + " and " + other : other + " and " + one;
  }

  /** Whether all of this is so, each in a random form. */
  static String ask(List<Fact> facts, Random random) {
    return ask(facts.stream().map(fact -> fact.clause(random)).toList());
  }

  /** Whether all of this is so. */
  static String ask(List<String> clauses) {
    return "Is it true that " + String.join(" and ", clauses) + "?";
  }
}
