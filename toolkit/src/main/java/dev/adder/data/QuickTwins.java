package dev.adder.data;

import dev.adder.data.QuickTwin.Sizes;
import java.util.List;

/** The quick twins there are: what each is made of, and how large it is. */
final class QuickTwins {

  static final List<QuickTwin> ALL =
      List.of(
          new QuickTwin(
              "rte",
              new Sizes(800, 0, 400),
              "A text tells the states of four things; a sentence says, in other words, that two of"
                  + " them are in their first states. Every sentence comes with two texts that"
                  + " differ in one of these states and in one other. No scene of the test is in"
                  + " training.",
              (folder, sizes, seed) ->
                  QuickRte.write(folder, sizes.training(), sizes.test(), seed)),
          glue(
              QuickGlue.MRPC,
              "mrpc",
              new Sizes(1000, 0, 400),
              "Two texts tell of two things, each time in other words: the same, or one thing is in"
                  + " the other state. Every first text comes with both. No two things of the test are"
                  + " together in training."),
          glue(
              QuickGlue.COLA,
              "cola",
              new Sizes(300, 0, 400),
              "The last word of a sentence must agree in number with a noun that is not the nearest"
                  + " one: across a place, a relative clause, or as a reflexive. Right and wrong"
                  + " sentences have the same words in the mean. No content of the test is in"
                  + " training."),
          glue(
              QuickGlue.SST2,
              "sst2",
              new Sizes(500, 0, 400),
              "A review of two clauses of opposite sentiment, each said straight or by a \"not\";"
                  + " \"but\", \"although\" or \"yet\" makes one of them the verdict. No pair of"
                  + " clauses of the test is in training."),
          glue(
              QuickGlue.QNLI,
              "qnli",
              new Sizes(2000, 0, 400),
              "A question about the states of two things, and a text that tells both or only speaks"
                  + " of one thing (of its colour, say). Every question comes with both. No scene of"
                  + " the test is in training."),
          glue(
              QuickGlue.QQP,
              "qqp",
              new Sizes(1000, 0, 400),
              "Two questions whether two things are in given states, in other words: the same, or one"
                  + " state is the other. No two things of the test are together in training."),
          glue(
              QuickGlue.MNLI,
              "mnli",
              new Sizes(1200, 0, 600),
              "A text that says, denies, or leaves open what a sentence says of two things in other"
                  + " words; what is left open is spoken of all the same. Every sentence comes with"
                  + " the three texts. No scene of the test is in training."),
          new QuickTwin(
              "dart",
              new Sizes(600, 60, 100),
              "Two or three things known of a person as triples, and two or three ways to say them"
                  + " in a sentence. No set of triples of the test is in training.",
              (folder, sizes, seed) ->
                  QuickDart.write(
                      folder, sizes.training(), sizes.validation(), sizes.test(), seed)),
          new QuickTwin(
              "samsum",
              new Sizes(800, 80, 100),
              "A talk in which two people agree when and where to do something, after one hour was"
                  + " refused, or do not agree; and what came of it in a sentence. No outcome of the"
                  + " test is in training.",
              (folder, sizes, seed) ->
                  QuickSamsum.write(
                      folder, sizes.training(), sizes.validation(), sizes.test(), seed)),
          new QuickTwin(
              "spider",
              new Sizes(1000, 0, 100),
              "Questions of all four levels of hardness about SQLite databases of two tables. Tables"
                  + " and columns are drawn anew for every database; no database of the test is in"
                  + " training.",
              (folder, sizes, seed) ->
                  QuickSpider.write(folder, sizes.training(), sizes.test(), seed)),
          new QuickTwin(
              "cifar",
              new Sizes(500, 0, 400),
              "Pictures of ten patterns (rows, columns, stripes, squares, dots, rings, rays) in two"
                  + " random colours, at random places, with noise. No two pictures are the same.",
              (folder, sizes, seed) ->
                  QuickCifar.write(folder, sizes.training(), sizes.test(), seed)));

  private QuickTwins() {}

  private static QuickTwin glue(QuickGlue rows, String of, Sizes sizes, String made) {
    return new QuickTwin(
        of,
        sizes,
        made,
        (folder, wanted, seed) -> rows.write(folder, wanted.training(), wanted.test(), seed));
  }
}
