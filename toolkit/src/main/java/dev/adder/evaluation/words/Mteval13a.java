package dev.adder.evaluation.words;

import java.util.List;

/**
 * The tokens of NIST's mteval-v13a script, by which BLEU is usually counted: punctuation stands for
 * itself, but not periods and commas between digits.
 */
public final class Mteval13a {

  private static final Replacements ENTITIES =
      new Replacements()
          .replace("<skipped>", "")
          .replace("-\n", "")
          .replace("\n", " ")
          .replace("&quot;", "\"")
          .replace("&amp;", "&")
          .replace("&lt;", "<")
          .replace("&gt;", ">");

  private static final Replacements PUNCTUATION =
      new Replacements()
          .apart("[{-~\\[-` -&(-+:-@/]")
          .replace("([^0-9])([.,])", "$1 $2 ")
          .replace("([.,])([^0-9])", " $1 $2")
          .replace("([0-9])(-)", "$1 $2 ");

  private Mteval13a() {}

  /** The tokens of a text. */
  public static List<String> split(String text) {
    String line = ENTITIES.apply(text.substring(0, Characters.trimmedLength(text)));
    return Characters.split(PUNCTUATION.apply(" " + line + " "));
  }
}
