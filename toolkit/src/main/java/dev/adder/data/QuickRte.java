package dev.adder.data;

import dev.adder.data.QuickWorld.Scene;
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
 * <p>A premise tells two facts of one kind. The hypothesis says one of them again in other words
 * (entailment), or its counterpart, which uses the same words in other roles (not_entailment).
 * Every premise comes with both, so neither the premise, nor the words of the hypothesis, nor a
 * length tells the label. No premise of the test split is in training.
 */
public final class QuickRte {

  private static final String HEADER = "index\tsentence1\tsentence2\tlabel\n";

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
    if (official < 2 || test < 2 || official % 2 != 0 || test % 2 != 0) {
      throw new IllegalArgumentException(
          "%d training and %d test pairs are asked for; both must be even and at least 2."
              .formatted(official, test));
    }
    Random random = new Random(seed);
    Set<String> told = new LinkedHashSet<>();
    Files.writeString(
        folder.resolve("dev.tsv"), tsv(pairs(test, random, told)), StandardCharsets.UTF_8);
    Files.writeString(
        folder.resolve("train.tsv"), tsv(pairs(official, random, told)), StandardCharsets.UTF_8);
  }

  private static List<Pair> pairs(int count, Random random, Set<String> told) {
    List<Pair> pairs = new ArrayList<>();
    while (pairs.size() < count) {
      Scene scene = QuickWorld.scene(random);
      String premise = scene.tell(random);
      int which = random.nextInt(scene.facts().size());
      int form = random.nextInt(scene.facts().get(which).forms());
      String holds = QuickWorld.sentence(scene.facts().get(which).say(form));
      String doesNot = QuickWorld.sentence(scene.counterparts().get(which).say(form));
      boolean repeated = premise.contains(holds);
      // Facts decide whether a premise is new, whatever form they are told in.
      if (repeated || !told.add(scene.facts().toString())) {
        continue;
      }
      pairs.add(new Pair(premise, holds, "entailment"));
      pairs.add(new Pair(premise, doesNot, "not_entailment"));
    }
    Collections.shuffle(pairs, random);
    return pairs;
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
