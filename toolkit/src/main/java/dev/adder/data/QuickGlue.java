package dev.adder.data;

import dev.adder.data.QuickWorld.Fact;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
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
  /** A question about two things, and a text that tells both states or only speaks of one thing. */
  QNLI("index\tquestion\tsentence\tlabel", "%1$d\t%2$s\t%3$s\t%4$s") {
    @Override
    List<Row> rows(boolean test, Random random, Set<Object> used) {
      Premise premise = Premise.random(random, used);
      Asked asked = Asked.random(random);
      String question = QuickWorld.ask(List.of(asked.clause(premise, random)));
      boolean first = random.nextBoolean();
      return List.of(
          new Row(question, premise.telling(first, asked, random), "entailment"),
          new Row(question, premise.silent(asked, random), "not_entailment"));
    }
  },
  /** A text, and a sentence about two things that it says, leaves open or denies. */
  MNLI(
      "index\tpromptID\tpairID\tgenre\tsentence1\tsentence2\tgold_label",
      "%1$d\t%1$d\t%1$d\tquick\t%2$s\t%3$s\t%4$s") {
    @Override
    List<Row> rows(boolean test, Random random, Set<Object> used) {
      Premise premise = Premise.random(random, used);
      Asked asked = Asked.random(random);
      String hypothesis = QuickWorld.sentence(asked.clause(premise, random));
      return List.of(
          new Row(premise.telling(true, asked, random), hypothesis, "entailment"),
          new Row(premise.silent(asked, random), hypothesis, "neutral"),
          new Row(premise.telling(false, asked, random), hypothesis, "contradiction"));
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

  /** What is read of an example, as the data set's prompt has it; without the label. */
  String input(Random random) {
    List<Row> rows = rows(false, random, new HashSet<>());
    Row row = rows.get(random.nextInt(rows.size()));
    return row.second().isEmpty() ? row.first() : row.first() + Template.SEPARATOR + row.second();
  }

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
   * The words in which two things are asked about.
   *
   * @param form of the thing that decides
   * @param kept of the other
   */
  private record Asked(int form, int kept) {

    static Asked random(Random random) {
      return new Asked(random.nextInt(QuickWorld.FORMS), random.nextInt(QuickWorld.FORMS));
    }

    String clause(Premise premise, Random random) {
      return QuickWorld.both(premise.decides().clause(form), premise.kept().clause(kept), random);
    }
  }

  /**
   * What a text tells. Asked is whether two things are in their first states. Of one it tells so,
   * of the other it tells the state or only speaks; and where it only speaks of it, it tells the
   * state of another, of which it only speaks elsewhere.
   *
   * @param decides the asked thing that the label depends on, in its first state
   * @param kept the other asked thing, in its first state
   * @param other what is told where nothing is told of the first
   * @param balancing a thing in the other state than what is told, so that no count tells
   * @param always what is told besides
   */
  private record Premise(Fact decides, Fact kept, Fact other, Fact balancing, Fact always) {

    static Premise random(Random random, Set<Object> used) {
      Premise premise = drawn(random);
      while (!used.add(premise)) {
        premise = drawn(random);
      }
      return premise;
    }

    private static Premise drawn(Random random) {
      List<Fact> scene = QuickWorld.scene(5, random);
      return new Premise(
          scene.get(0).inFirst(),
          scene.get(1).inFirst(),
          scene.get(2),
          scene.get(3).inFirst(),
          scene.get(4));
    }

    /** The text that tells the state, never in the words of the question. */
    String telling(boolean first, Asked asked, Random random) {
      int never = first ? asked.form() : QuickWorld.alike(asked.form());
      Fact told = first ? decides : decides.opposite();
      String says = told.say(QuickWorld.otherForm(never, random));
      String speaks = QuickWorld.aside(other.thing(), random.nextInt(QuickWorld.FORMS));
      return text(says, speaks, first, asked, random);
    }

    /** The text that only speaks of the thing. */
    String silent(Asked asked, Random random) {
      int never = random.nextBoolean() ? asked.form() : QuickWorld.alike(asked.form());
      String speaks = QuickWorld.aside(decides.thing(), QuickWorld.otherForm(never, random));
      return text(other.say(random), speaks, other.first(), asked, random);
    }

    private String text(String says, String speaks, boolean first, Asked asked, Random random) {
      List<String> sentences = new ArrayList<>(List.of(says, speaks));
      sentences.add(kept.say(QuickWorld.otherForm(asked.kept(), random)));
      sentences.add((first ? balancing.opposite() : balancing).say(random));
      sentences.add(always.say(random));
      Collections.shuffle(sentences, random);
      return String.join(" ", sentences);
    }
  }
}
