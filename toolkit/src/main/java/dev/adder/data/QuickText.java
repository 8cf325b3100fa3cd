package dev.adder.data;

import dev.adder.data.QuickPeople.Person;
import dev.adder.data.QuickTalk.Outcome;
import dev.adder.data.QuickWorld.Fact;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * The text that the quick model is pretrained on. It holds the language of the quick twins and the
 * prompts of those of text, but none of their labels.
 *
 * <p>The first documents are a primer: how things are in a small world, the same said again in
 * other words, and questions with their answers. Then these are mixed with questions about two
 * things, with what is known of people, talks and what came of talks, reviews, sentences as grammar
 * wants them, tables with queries, pictures as numbers, and prompts of all twins of text. A prompt
 * stops where the answer would begin.
 */
public final class QuickText implements Iterable<String> {

  /** Documents of the primer. */
  public static final int PRIMER = 48_000;

  /** Of a hundred questions behind the primer, those about two things. */
  private static final int JOINED = 34;

  /**
   * What kinds of documents there are behind the primer, out of 100.
   *
   * @param share of the documents
   */
  private record Kind(int share, Function<Random, String> write) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind(34, random -> questioned(JOINED, random)),
          new Kind(12, QuickText::toldAgain),
          new Kind(6, QuickText::askedAgain),
          new Kind(18, QuickText::prompt),
          new Kind(7, QuickPeople::text),
          new Kind(7, QuickTalk::text),
          new Kind(4, QuickReviews::text),
          new Kind(4, QuickGrammar::text),
          new Kind(6, QuickTables::text),
          new Kind(2, QuickImages::text));

  /**
   * How a twin's examples are asked.
   *
   * @param template of the data set
   * @param input draws what is read of an example
   */
  private record Prompt(Template template, Function<Random, String> input) {

    String draw(Random random) {
      return template.prefix() + input.apply(random) + Template.SEPARATOR;
    }
  }

  private static final List<Prompt> PROMPTS =
      List.of(
          new Prompt(Glue.RTE.template(), QuickRte::input),
          new Prompt(Glue.MRPC.template(), QuickGlue.MRPC::input),
          new Prompt(Glue.COLA.template(), QuickGlue.COLA::input),
          new Prompt(Glue.SST2.template(), QuickGlue.SST2::input),
          new Prompt(Glue.QNLI.template(), QuickGlue.QNLI::input),
          new Prompt(Glue.QQP.template(), QuickGlue.QQP::input),
          new Prompt(Glue.MNLI.template(), QuickGlue.MNLI::input),
          new Prompt(Dart.TEMPLATE, random -> Person.random(random).tripleText()),
          new Prompt(Template.PLAIN, random -> Outcome.random(random).dialogue(random)),
          new Prompt(Spider.TEMPLATE, QuickTables::input));

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
    if (i < PRIMER) {
      return random.nextInt(4) > 0 ? questioned(0, random) : toldAgain(random);
    }
    int left = random.nextInt(100);
    for (Kind kind : KINDS) {
      left -= kind.share();
      if (left < 0) {
        return kind.write().apply(random);
      }
    }
    throw new IllegalStateException("The shares of the kinds of documents are less than 100.");
  }

  /** Whether a document stops where an answer would begin. */
  public static boolean isPrompt(String document) {
    return document.endsWith(Template.SEPARATOR);
  }

  private static String prompt(Random random) {
    return PROMPTS.get(random.nextInt(PROMPTS.size())).draw(random);
  }

  /**
   * How things are, said again in part, and questions about it.
   *
   * @param joined of a hundred questions, those about two things
   */
  private static String questioned(int joined, Random random) {
    List<Fact> scene = QuickWorld.scene(2 + random.nextInt(3), random);
    StringBuilder text = new StringBuilder(QuickWorld.tell(scene, random));
    int restatements = random.nextInt(4);
    for (int k = 0; k < restatements; k++) {
      text.append(' ').append(pick(scene, random).say(random));
    }
    int questions = 1 + random.nextInt(4);
    for (int k = 0; k < questions; k++) {
      text.append(' ');
      text.append(
          random.nextInt(100) < joined ? joinedQuestion(scene, random) : question(scene, random));
    }
    return text.toString();
  }

  /** How things are, and all of it again in other order and words. */
  private static String toldAgain(Random random) {
    List<Fact> scene = QuickWorld.scene(2 + random.nextInt(3), random);
    String first = QuickWorld.tell(scene, random);
    Collections.shuffle(scene, random);
    return first + " " + QuickWorld.tell(scene, random);
  }

  /** Whether two things are as told, and the same question in other order and words. */
  private static String askedAgain(Random random) {
    List<Fact> scene = QuickWorld.scene(2, random);
    String first = QuickWorld.ask(scene, random);
    Collections.shuffle(scene, random);
    return first + " " + QuickWorld.ask(scene, random);
  }

  private static Fact pick(List<Fact> scene, Random random) {
    return scene.get(random.nextInt(scene.size()));
  }

  /** Whether a thing is in its first state, asked in one of the ways to say so. */
  private static String question(List<Fact> scene, Random random) {
    Fact fact = pick(scene, random);
    return fact.inFirst().say(random).replace('.', '?') + answer(fact.first());
  }

  /** Whether two things are in their first states. */
  private static String joinedQuestion(List<Fact> scene, Random random) {
    Fact one = pick(scene, random);
    Fact other = pick(scene, random);
    while (other.equals(one)) {
      other = pick(scene, random);
    }
    String asked =
        QuickWorld.both(one.inFirst().clause(random), other.inFirst().clause(random), random);
    String question =
        random.nextBoolean()
            ? QuickWorld.sentence(asked).replace('.', '?')
            : QuickWorld.ask(List.of(asked));
    return question + answer(one.first() && other.first());
  }

  private static String answer(boolean yes) {
    return yes ? " Yes." : " No.";
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
