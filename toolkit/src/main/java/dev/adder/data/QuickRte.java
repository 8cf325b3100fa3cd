package dev.adder.data;

import dev.adder.data.QuickWorld.Fact;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * The quick twin of RTE: generated sentence pairs in RTE's file format.
 *
 * <p>A premise tells the states of a few things. The hypothesis says, in one of several ways, that
 * one of them is in its first state; that follows (entailment) or not (not_entailment). Every
 * hypothesis comes with two premises that differ in that state and, the other way round, in that of
 * another thing. The premise never speaks of the asked thing in the hypothesis's own words, neither
 * to say the same nor to deny it; all else is drawn without regard to the label. So neither
 * sentence by itself, nor a count of words, nor the words or phrases they share tell the label. No
 * premise of the test split is in training, whatever words it is told in.
 */
public final class QuickRte {

  private static final String HEADER = "index\tsentence1\tsentence2\tlabel\n";

  /** Things told of in a premise. */
  private static final int FACTS = 4;

  /** Choices of 4 of 10 things in 2 states each are 3,360; some pairs cannot be completed. */
  private static final int MOST_PREMISES = 2600;

  private QuickRte() {}

  private record Pair(String premise, String hypothesis, String label) {}

  /**
   * The task, through the same reader, template and split as RTE itself.
   *
   * @param official examples of the training file, of which a fifth becomes validation; even
   * @param test examples of the test file; even
   * @param seed of the examples
   */
  public static Task task(int official, int test, long seed) {
    try {
      Path folder = Files.createTempDirectory("adder-quick-rte");
      try {
        write(folder, official, test, seed);
        Task read = Glue.rte(folder);
        return new Task(
            "quick-rte",
            read.instruction(),
            read.classes(),
            read.metric(),
            read.train(),
            read.validation(),
            read.test());
      } finally {
        Files.deleteIfExists(folder.resolve("train.tsv"));
        Files.deleteIfExists(folder.resolve("dev.tsv"));
        Files.delete(folder);
      }
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(
          "The quick twin of RTE could not be written to the temporary folder.", failure);
    }
  }

  /** Writes {@code train.tsv} and {@code dev.tsv} in the format of RTE. */
  public static void write(Path folder, int official, int test, long seed) throws IOException {
    if (official + test > MOST_PREMISES) {
      throw new IllegalArgumentException(
          "%d pairs are asked for; there are different premises for %d."
              .formatted(official + test, MOST_PREMISES));
    }
    if (official < 2 || test < 2 || official % 2 != 0 || test % 2 != 0) {
      throw new IllegalArgumentException(
          "%d training and %d test pairs are asked for; both must be even and at least 2."
              .formatted(official, test));
    }
    Random random = new Random(seed);
    Set<Set<Fact>> told = new LinkedHashSet<>();
    Files.writeString(
        folder.resolve("dev.tsv"), tsv(pairs(test, random, told)), StandardCharsets.UTF_8);
    Files.writeString(
        folder.resolve("train.tsv"), tsv(pairs(official, random, told)), StandardCharsets.UTF_8);
  }

  private static List<Pair> pairs(int count, Random random, Set<Set<Fact>> told) {
    List<Pair> pairs = new ArrayList<>();
    while (pairs.size() < count) {
      List<Fact> scene = QuickWorld.scene(FACTS, random);
      int asked = random.nextInt(FACTS);
      int other = (asked + 1 + random.nextInt(FACTS - 1)) % FACTS;
      List<Fact> holds = withStates(scene, asked, true, other);
      List<Fact> doesNot = withStates(scene, asked, false, other);
      // Facts decide whether a premise is new, whatever words and order it is told in.
      Set<Fact> key = new LinkedHashSet<>(holds);
      Set<Fact> otherKey = new LinkedHashSet<>(doesNot);
      if (told.contains(key) || told.contains(otherKey)) {
        continue;
      }
      told.add(key);
      told.add(otherKey);
      int form = random.nextInt(QuickWorld.FORMS);
      String hypothesis = holds.get(asked).say(form);
      pairs.add(new Pair(tell(holds, asked, form, random), hypothesis, "entailment"));
      pairs.add(
          new Pair(
              tell(doesNot, asked, QuickWorld.alike(form), random), hypothesis, "not_entailment"));
    }
    Collections.shuffle(pairs, random);
    return pairs;
  }

  /**
   * The facts as sentences in random forms, but one fact never in one form: that which would use
   * the words of the hypothesis, whether to say the same or the opposite.
   */
  private static String tell(List<Fact> facts, int which, int never, Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < facts.size(); i++) {
      int form = random.nextInt(QuickWorld.FORMS);
      if (i == which && form == never) {
        form = (form + 1 + random.nextInt(QuickWorld.FORMS - 1)) % QuickWorld.FORMS;
      }
      text.append(i == 0 ? "" : " ").append(facts.get(i).say(form));
    }
    return text.toString();
  }

  /** The scene with one thing in this state and another in the opposite one. */
  private static List<Fact> withStates(List<Fact> scene, int which, boolean first, int other) {
    List<Fact> changed = new ArrayList<>(scene);
    changed.set(which, new Fact(scene.get(which).thing(), first));
    changed.set(other, new Fact(scene.get(other).thing(), !first));
    return changed;
  }

  private static String tsv(List<Pair> pairs) {
    StringBuilder text = new StringBuilder(HEADER);
    for (int i = 0; i < pairs.size(); i++) {
      Pair pair = pairs.get(i);
      text.append(i).append('\t').append(pair.premise()).append('\t');
      text.append(pair.hypothesis()).append('\t').append(pair.label()).append('\n');
    }
    return text.toString();
  }
}
