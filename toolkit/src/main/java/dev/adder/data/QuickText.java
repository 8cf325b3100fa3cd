package dev.adder.data;

import dev.adder.data.QuickWorld.Fact;
import java.util.Iterator;
import java.util.List;
import java.util.Random;

/**
 * The text that the quick model is pretrained on: how things are in a small world, the same said
 * again in other words, and questions with their answers. It holds the language of the quick twins,
 * their instruction included, but none of their labels.
 */
public final class QuickText implements Iterable<String> {

  private final long seed;

  /**
   * @param seed of the text; the same seed gives the same documents, to the letter
   */
  public QuickText(long seed) {
    this.seed = seed;
  }

  /** The i-th document; a pure function of seed and i. */
  public String document(long i) {
    Random random = SeededRandom.of(seed, i);
    List<Fact> scene = QuickWorld.scene(2 + random.nextInt(3), random);
    StringBuilder text = new StringBuilder();
    if (random.nextInt(5) == 0) {
      text.append(Glue.RTE.instruction()).append(Template.SEPARATOR);
      text.append(QuickWorld.tell(scene, random)).append(Template.SEPARATOR);
      return text.append(pick(scene, random).say(random)).append(Template.SEPARATOR).toString();
    }
    text.append(QuickWorld.tell(scene, random));
    int restatements = random.nextInt(4);
    for (int k = 0; k < restatements; k++) {
      text.append(' ').append(pick(scene, random).say(random));
    }
    int questions = 1 + random.nextInt(4);
    for (int k = 0; k < questions; k++) {
      text.append(' ').append(question(scene, random));
    }
    return text.toString();
  }

  private static Fact pick(List<Fact> scene, Random random) {
    return scene.get(random.nextInt(scene.size()));
  }

  /** Whether a thing is in its first state, asked in one of the ways to say so. */
  private static String question(List<Fact> scene, Random random) {
    Fact fact = pick(scene, random);
    String asked = new Fact(fact.thing(), true).say(random);
    return asked.replace('.', '?') + (fact.first() ? " Yes." : " No.");
  }

  /** Documents 0, 1, …, without end. */
  @Override
  public Iterator<String> iterator() {
    return new Iterator<>() {
      private long next;

      @Override
      public boolean hasNext() {
        return true;
      }

      @Override
      public String next() {
        return document(next++);
      }
    };
  }
}
