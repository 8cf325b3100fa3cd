package dev.adder.data;

import dev.adder.data.QuickWorld.Fact;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * The quick twins of GLUE's tasks but RTE, in the files of GLUE's archives. What examples are about
 * is drawn first, without regard to the label, and comes once with every label, so that labels are
 * equally frequent; what is used in one file is in no other.
 */
enum QuickGlue {
  /** Two tellings of two things: the same, or different in one state. */
  MRPC("Quality\t#1 ID\t#2 ID\t#1 String\t#2 String", "%4$s\t%1$d\t%1$d\t%2$s\t%3$s") {
    @Override
    List<Row> rows(boolean test, Random random, Set<Object> used) {
      return tellings(2, test, random, used, facts -> QuickGlue.sentences(facts));
    }
  },
  /** Two questions about two things: the same, or different in one state. */
  QQP("id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate", "%1$d\t%1$d\t%1$d\t%2$s\t%3$s\t%4$s") {
    @Override
    List<Row> rows(boolean test, Random random, Set<Object> used) {
      return tellings(2, test, random, used, QuickWorld::ask);
    }
  },
  /** A question, and a text that tells what is asked or only speaks of the thing. */
  QNLI("index\tquestion\tsentence\tlabel", "%1$d\t%2$s\t%3$s\t%4$s") {
    @Override
    List<Row> rows(boolean test, Random random, Set<Object> used) {
      Premise premise = Premise.random(2, random, used);
      Fact asked = premise.asked();
      int form = random.nextInt(QuickWorld.FORMS);
      String question = "Is it true that " + asked.clause(form) + "?";
      Fact told = random.nextBoolean() ? asked : asked.opposite();
      return List.of(
          new Row(question, premise.telling(told, asked, form, random), "entailment"),
          new Row(question, premise.silent(form, random), "not_entailment"));
    }
  },
  /** A text, and a sentence that it says, leaves open or denies. */
  MNLI(
      "index\tpromptID\tpairID\tgenre\tsentence1\tsentence2\tgold_label",
      "%1$d\t%1$d\t%1$d\tquick\t%2$s\t%3$s\t%4$s") {
    @Override
    List<Row> rows(boolean test, Random random, Set<Object> used) {
      Premise premise = Premise.random(2, random, used);
      Fact asked = premise.asked();
      int form = random.nextInt(QuickWorld.FORMS);
      String hypothesis = asked.say(form);
      return List.of(
          new Row(premise.telling(asked, asked, form, random), hypothesis, "entailment"),
          new Row(premise.silent(form, random), hypothesis, "neutral"),
          new Row(
              premise.telling(asked.opposite(), asked, form, random), hypothesis, "contradiction"));
    }
  },
  /** A sentence whose last word agrees as grammar asks, or does not. */
  COLA("", "quick\t%4$s\t\t%2$s") {
    @Override
    List<Row> rows(boolean test, Random random, Set<Object> used) {
      QuickGrammar.Content content = QuickGrammar.Content.random(random);
      while (!used.add(content)) {
        content = QuickGrammar.Content.random(random);
      }
      List<Row> rows = new ArrayList<>();
      // With two labels and four numbers, no count of words tells anything.
      for (int i = 0; i < 4; i++) {
        boolean many = i % 2 == 0;
        boolean othersMany = i < 2;
        boolean agreeing = random.nextBoolean();
        rows.add(new Row(content.say(many, othersMany, agreeing), "", agreeing ? "1" : "0"));
      }
      return rows;
    }
  },
  /** A review whose verdict its grammar makes one of two opposite clauses. */
  SST2("sentence\tlabel", "%2$s\t%4$s") {
    @Override
    List<Row> rows(boolean test, Random random, Set<Object> used) {
      QuickReviews.Content content = QuickReviews.Content.random(random);
      while (!used.add(content)) {
        content = QuickReviews.Content.random(random);
      }
      return List.of(new Row(content.say(false), "", "0"), new Row(content.say(true), "", "1"));
    }
  };

  private final String header;
  private final String line;

  /**
   * @param header of the file; empty if it has none
   * @param line of an example: number, first and second text, label
   */
  QuickGlue(String header, String line) {
    this.header = header;
    this.line = line;
  }

  /**
   * Writes the training and the evaluation files.
   *
   * @param official examples of the training file
   * @param test examples of the evaluation file; of MNLI, half of them are in each of its two
   */
  void write(Path folder, int official, int test, long seed) throws IOException {
    Random random = new Random(seed);
    Set<Object> used = new HashSet<>();
    if (this == MNLI) {
      write(folder.resolve("dev_matched.tsv"), test - test / 2, true, random, used);
      write(folder.resolve("dev_mismatched.tsv"), test / 2, true, random, used);
    } else {
      write(folder.resolve("dev.tsv"), test, true, random, used);
    }
    write(folder.resolve("train.tsv"), official, false, random, used);
  }

  private void write(Path file, int count, boolean test, Random random, Set<Object> used)
      throws IOException {
    StringBuilder text = new StringBuilder(header.isEmpty() ? "" : header + "\n");
    int number = 0;
    for (Row row : rows(count, test, random, used)) {
      text.append(line.formatted(number++, row.first(), row.second(), row.label())).append('\n');
    }
    Files.writeString(file, text, StandardCharsets.UTF_8);
  }

  /**
   * An example.
   *
   * @param second empty where there is one text only
   * @param label in the publisher's words
   */
  record Row(String first, String second, String label) {}

  /** Rows about one thing. */
  abstract List<Row> rows(boolean test, Random random, Set<Object> used);

  /** This many rows, in random order, about nothing that is used already. */
  List<Row> rows(int count, boolean test, Random random, Set<Object> used) {
    List<Row> rows = new ArrayList<>();
    while (rows.size() < count) {
      rows.addAll(rows(test, random, used));
    }
    Collections.shuffle(rows, random);
    return rows.subList(0, count);
  }

  private interface Words {
    String of(List<String> clauses);
  }

  private static List<Integer> forms(int count, Random random) {
    return random.ints(count, 0, QuickWorld.FORMS).boxed().toList();
  }

  private static List<String> clauses(List<Fact> facts, List<Integer> forms) {
    List<String> clauses = new ArrayList<>();
    for (int i = 0; i < facts.size(); i++) {
      clauses.add(facts.get(i).clause(forms.get(i)));
    }
    return clauses;
  }

  private static String sentences(List<String> clauses) {
    return String.join(" ", clauses.stream().map(QuickWorld::sentence).toList());
  }

  /**
   * A telling of a few things, and two others: the same, and with one in the other state. A fourth
   * of all choices of things are the test's; in either file a scene comes in several tellings.
   */
  private static List<Row> tellings(
      int facts, boolean test, Random random, Set<Object> used, Words words) {
    List<Fact> scene = QuickWorld.scene(facts, random);
    List<Integer> forms = forms(facts, random);
    while (test != (scene.stream().mapToInt(Fact::thing).sum() % 4 == 0)
        || !used.add(List.of(new HashSet<>(scene), clauses(scene, forms)))) {
      scene = QuickWorld.scene(facts, random);
      forms = forms(facts, random);
    }
    List<String> first = clauses(scene, forms);
    List<Row> rows = new ArrayList<>();
    int changed = random.nextInt(facts);
    for (boolean same : new boolean[] {true, false}) {
      List<String> second = new ArrayList<>();
      for (int i = 0; i < facts; i++) {
        Fact fact = same || i != changed ? scene.get(i) : scene.get(i).opposite();
        int never = fact.equals(scene.get(i)) ? forms.get(i) : QuickWorld.alike(forms.get(i));
        second.add(fact.clause(QuickWorld.otherForm(never, random)));
      }
      Collections.shuffle(second, random);
      rows.add(new Row(words.of(first), words.of(second), same ? "1" : "0"));
    }
    return rows;
  }

  /**
   * What a text tells: the states of a few things, and that of the asked thing or of another one;
   * of the one that is left, it only speaks. What is asked is whether a thing is in its first
   * state.
   */
  private record Premise(Set<Fact> always, Fact balancing, Fact asked, Fact other) {

    static Premise random(int always, Random random, Set<Object> used) {
      Premise premise = drawn(always, random);
      while (!used.add(premise)) {
        premise = drawn(always, random);
      }
      return premise;
    }

    private static Premise drawn(int always, Random random) {
      List<Fact> scene = QuickWorld.scene(always + 2, random);
      Fact asked = new Fact(scene.get(0).thing(), true);
      Fact balancing = new Fact(scene.get(2).thing(), true);
      return new Premise(
          new LinkedHashSet<>(scene.subList(3, scene.size())), balancing, asked, scene.get(1));
    }

    /** The text that tells the asked thing's state, never in the words of the question. */
    String telling(Fact told, Fact asked, int form, Random random) {
      int never = told.equals(asked) ? form : QuickWorld.alike(form);
      String says = told.say(QuickWorld.otherForm(never, random));
      String speaks = QuickWorld.aside(other.thing(), random.nextInt(QuickWorld.FORMS));
      return text(says, speaks, told.first(), random);
    }

    /** The text that only speaks of the asked thing. */
    String silent(int form, Random random) {
      int never = random.nextBoolean() ? form : QuickWorld.alike(form);
      String speaks = QuickWorld.aside(asked.thing(), QuickWorld.otherForm(never, random));
      return text(other.say(random), speaks, other.first(), random);
    }

    /** The balancing thing is in the other state than what is said, so that no count tells. */
    private String text(String says, String speaks, boolean first, Random random) {
      List<String> sentences = new ArrayList<>(List.of(says, speaks));
      sentences.add(new Fact(balancing.thing(), !first).say(random));
      always.forEach(fact -> sentences.add(fact.say(random)));
      Collections.shuffle(sentences, random);
      return String.join(" ", sentences);
    }
  }
}
