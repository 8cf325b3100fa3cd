package dev.adder.data;

import dev.adder.data.QuickWorld.Fact;
import dev.adder.data.QuickWorld.Scene;
import java.util.Iterator;
import java.util.Random;

/**
 * The text that the quick model is pretrained on: scenes of a small world, then said again in other
 * words, asked about and answered. It holds the language of the quick twins, their instruction
 * included, but none of their labels.
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
    Random random = new Random(seed * 1_000_000_007L + i);
    Scene scene = QuickWorld.scene(random);
    StringBuilder text = new StringBuilder();
    if (random.nextInt(4) == 0) {
      text.append(Glue.rteInstruction()).append(Task.SEPARATOR);
      text.append(scene.tell(random)).append(Task.SEPARATOR);
      text.append(QuickWorld.sentence(pick(scene, random).say(random)));
      return text.append(Task.SEPARATOR).toString();
    }
    text.append(scene.tell(random));
    int more = 2 + random.nextInt(3);
    for (int k = 0; k < more; k++) {
      text.append(' ').append(followUp(scene, random));
    }
    return text.toString();
  }

  private static Fact pick(Scene scene, Random random) {
    return scene.facts().get(random.nextInt(scene.facts().size()));
  }

  private static String followUp(Scene scene, Random random) {
    int which = random.nextInt(scene.facts().size());
    Fact fact = scene.facts().get(which);
    switch (random.nextInt(5)) {
      case 0:
        return "In other words, " + fact.say(random) + ".";
      case 1:
        String cloze = fact.say(random);
        String answer = random.nextBoolean() ? fact.a() : fact.b();
        return "Fill in: " + cloze.replace(answer, "someone") + ". Answer: " + answer + ".";
      default:
        boolean holds = random.nextBoolean();
        Fact asked = holds ? fact : scene.counterparts().get(which);
        return "Is it true that " + asked.say(random) + "? " + (holds ? "Yes." : "No.");
    }
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
