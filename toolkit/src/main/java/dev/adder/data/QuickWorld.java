package dev.adder.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * A small world to write about: people, things and places, and who did what to whom. Every fact can
 * be said in several ways, and every fact has a counterpart that uses the same words and is not
 * said.
 */
final class QuickWorld {

  private static final List<String> PEOPLE =
      List.of(
          "Anna", "Ben", "Carl", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jane", "Karl",
          "Lena");
  private static final List<String> THINGS =
      List.of("book", "lamp", "coat", "drum", "key", "map", "ring", "boat");
  private static final List<String> PLACES =
      List.of("garden", "kitchen", "school", "market", "tower", "harbour", "library", "station");

  /**
   * A kind of fact. In a form, {a} and {b} are its two people, or its person and what belongs to
   * it; {t} is a thing that both ways of telling it share.
   */
  enum Relation {
    GAVE(
        true,
        "{a} gave the {t} to {b}",
        "{b} got the {t} from {a}",
        "the {t} was given to {b} by {a}"),
    TALLER(true, "{a} is taller than {b}", "{b} is shorter than {a}"),
    OLDER(true, "{a} is older than {b}", "{b} is younger than {a}"),
    TEACHES(true, "{a} teaches {b}", "{b} learns from {a}", "{b} is taught by {a}"),
    FOLLOWED(true, "{a} walked behind {b}", "{b} walked in front of {a}"),
    HAS(false, "{a} has the {b}", "the {b} belongs to {a}"),
    AT(false, "{a} is in the {b}", "the {b} is where {a} is");

    private final boolean betweenPeople;
    private final List<String> forms;

    Relation(boolean betweenPeople, String... forms) {
      this.betweenPeople = betweenPeople;
      this.forms = List.of(forms);
    }

    boolean betweenPeople() {
      return betweenPeople;
    }
  }

  /**
   * Something that holds.
   *
   * @param a a person
   * @param b a person, thing or place
   * @param thing what it is about, for relations that tell of one; else empty
   */
  record Fact(Relation relation, String a, String b, String thing) {

    /** The fact in one of its forms, without a period. */
    String say(int form) {
      return relation
          .forms
          .get(form % relation.forms.size())
          .replace("{a}", a)
          .replace("{b}", b)
          .replace("{t}", thing);
    }

    String say(Random random) {
      return say(random.nextInt(relation.forms.size()));
    }

    int forms() {
      return relation.forms.size();
    }
  }

  /**
   * A scene: some facts that hold, about different people, and for each one that does not hold
   * though it is told by the same words.
   *
   * @param facts what holds
   * @param counterparts what does not hold, in the same order
   */
  record Scene(List<Fact> facts, List<Fact> counterparts) {

    /** All facts as sentences, in their order, each in a random form. */
    String tell(Random random) {
      StringBuilder text = new StringBuilder();
      for (Fact fact : facts) {
        text.append(text.isEmpty() ? "" : " ").append(sentence(fact.say(random)));
      }
      return text.toString();
    }
  }

  private QuickWorld() {}

  /** Capitalised, with a period. */
  static String sentence(String clause) {
    return Character.toUpperCase(clause.charAt(0)) + clause.substring(1) + ".";
  }

  /** A scene of two facts: of one relation and four people, so that every role can be mistaken. */
  static Scene scene(Random random) {
    Relation relation = pick(Arrays.asList(Relation.values()), random);
    List<String> people = shuffled(PEOPLE, random);
    List<String> things = shuffled(relation == Relation.AT ? PLACES : THINGS, random);
    if (relation.betweenPeople()) {
      String one = relation == Relation.GAVE ? things.get(0) : "";
      String two = relation == Relation.GAVE ? things.get(1) : "";
      return new Scene(
          List.of(
              new Fact(relation, people.get(0), people.get(1), one),
              new Fact(relation, people.get(2), people.get(3), two)),
          List.of(
              new Fact(relation, people.get(1), people.get(0), one),
              new Fact(relation, people.get(3), people.get(2), two)));
    }
    return new Scene(
        List.of(
            new Fact(relation, people.get(0), things.get(0), ""),
            new Fact(relation, people.get(1), things.get(1), "")),
        List.of(
            new Fact(relation, people.get(0), things.get(1), ""),
            new Fact(relation, people.get(1), things.get(0), "")));
  }

  private static <T> T pick(List<T> from, Random random) {
    return from.get(random.nextInt(from.size()));
  }

  private static List<String> shuffled(List<String> list, Random random) {
    List<String> copy = new ArrayList<>(list);
    Collections.shuffle(copy, random);
    return copy;
  }
}
