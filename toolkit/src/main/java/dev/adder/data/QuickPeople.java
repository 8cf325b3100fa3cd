package dev.adder.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** People and what is known of them, as triples and as prose. */
final class QuickPeople {

  static final List<String> NAMES =
      List.of(
          "Anna", "Ben", "Carl", "Dora", "Emil", "Fay", "Gus", "Hanna", "Ida", "Jon", "Kate",
          "Leo");

  /**
   * Something that can be known of a person.
   *
   * @param name in a triple
   * @param values it can have
   * @param clauses ways to say it behind the person's name
   */
  private record Relation(String name, List<String> values, List<String> clauses) {}

  private static final List<Relation> RELATIONS =
      List.of(
          new Relation(
              "home",
              List.of("Bonn", "Kiel", "Rome", "Paris", "Oslo", "Bern", "Prague", "Lima"),
              List.of("lives in %s", "has a home in %s")),
          new Relation(
              "work",
              List.of("baker", "pilot", "nurse", "painter", "doctor", "farmer", "tailor", "guide"),
              List.of("is a %s", "works as a %s")),
          new Relation(
              "pet",
              List.of("dog", "cat", "horse", "bird", "goat", "fish", "mouse", "snake"),
              List.of("has a %s", "owns a %s")),
          new Relation(
              "drink",
              List.of("tea", "milk", "water", "juice", "coffee", "cocoa"),
              List.of("drinks %s", "likes %s")),
          new Relation(
              "age",
              List.of("20", "30", "40", "50", "60", "70", "80"),
              List.of("is %s years old", "is aged %s")),
          new Relation("friend", NAMES, List.of("knows %s", "is a friend of %s")));

  /** Relations there are. */
  static final int KNOWN = RELATIONS.size();

  /**
   * One statement.
   *
   * @param relation its index
   * @param value index of its value
   */
  record Statement(int relation, int value) {

    private Relation about() {
      return RELATIONS.get(relation);
    }

    String relationName() {
      return about().name();
    }

    String valueName() {
      return about().values().get(value);
    }

    private String clause(Random random) {
      List<String> clauses = about().clauses();
      return clauses.get(random.nextInt(clauses.size())).formatted(valueName());
    }
  }

  /**
   * A person with what is known.
   *
   * @param name index
   * @param known statements of different relations
   */
  record Person(int name, List<Statement> known) {

    /** Two or three things are known. */
    static Person random(Random random) {
      return random(2 + random.nextInt(2), random);
    }

    static Person random(int statements, Random random) {
      int name = random.nextInt(NAMES.size());
      List<Integer> relations = new ArrayList<>();
      for (int i = 0; i < KNOWN; i++) {
        relations.add(i);
      }
      Collections.shuffle(relations, random);
      List<Statement> known = new ArrayList<>();
      for (int relation : relations.subList(0, statements)) {
        int value = random.nextInt(RELATIONS.get(relation).values().size());
        boolean himself = RELATIONS.get(relation).values() == NAMES && value == name;
        known.add(new Statement(relation, himself ? (value + 1) % NAMES.size() : value));
      }
      return new Person(name, List.copyOf(known));
    }

    String nameText() {
      return NAMES.get(name);
    }

    /** Subject, relation and object of every statement. */
    List<List<String>> triples() {
      return known.stream().map(s -> List.of(nameText(), s.relationName(), s.valueName())).toList();
    }

    /** As triples are written in a prompt. */
    String tripleText() {
      return String.join(" | ", triples().stream().map(t -> String.join(" : ", t)).toList());
    }

    /** One sentence, in one of the ways to say it: in the order of the triples. */
    String prose(Random random) {
      List<String> clauses = new ArrayList<>();
      for (Statement statement : known) {
        clauses.add(statement.clause(random));
      }
      String last = clauses.remove(clauses.size() - 1);
      String all = clauses.isEmpty() ? last : String.join(", ", clauses) + " and " + last;
      return nameText() + " " + all + ".";
    }
  }

  private QuickPeople() {}

  /** Triples of a few people, or prose that tells of someone twice, in other words. */
  static String text(Random random) {
    if (random.nextInt(3) == 0) {
      return "%s | %s"
          .formatted(Person.random(random).tripleText(), Person.random(random).tripleText());
    }
    Person person = Person.random(random);
    return person.prose(random) + " " + person.prose(random);
  }
}
