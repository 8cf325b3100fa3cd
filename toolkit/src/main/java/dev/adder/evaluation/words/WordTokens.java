package dev.adder.evaluation.words;

import java.util.ArrayList;
import java.util.List;

/**
 * Words and punctuation of English text as NLTK 3.10 splits them: into sentences first, then by the
 * conventions of the Penn Treebank with the additions of NLTK.
 */
public final class WordTokens {

  private static final String SPACES = "[" + Characters.SPACE + "]";

  private static final Replacements OPENING =
      new Replacements()
          .apart("[«“‘„]|`+")
          .replace("^\"", "``")
          .apart("``")
          .replace("([ (\\[{<])(?:\"|'{2})", "$1 `` ")
          .replace(
              "(?iu)(?<![%1$s])'(?!(?:re|ve|ll|m|t|s|d|n)%2$s)(?=[%1$s])"
                  .formatted(Characters.WORD, Characters.BOUNDARY),
              "' ");

  private static final Replacements PUNCTUATION =
      new Replacements()
          .replace("([^.])\\.([\\])}>\"'»”’ ]*+)" + SPACES + "*$", "$1 . $2 ")
          .replace("([:,])(\\P{Nd})", " $1 $2")
          .apart("[:,]$")
          .apart("\\.{2,}")
          .apart("[;@#$%&]")
          .apart("[\\u2012-\\u2015]")
          .replace("([^.])\\.([\\])}>\"']*)" + SPACES + "*$", "$1 .$2 ")
          .apart("[?!]")
          .replace("([^'])' ", "$1 ' ")
          .apart("[*]")
          .apart("[\\]\\[(){}<>]")
          .apart("--");

  private static final Replacements CLOSING =
      new Replacements()
          .apart("[»”’]")
          .apart("''")
          .replace("\"", " '' ")
          .replace(SPACES + "+", " ")
          .replace("([^' ])('[sS]|'[mM]|'[dD]|') ", "$1 $2 ")
          .replace("([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ", "$1 $2 ");

  private static final Replacements CONTRACTIONS = contractions();

  private WordTokens() {}

  private static Replacements contractions() {
    Replacements list = new Replacements();
    String parts = "(?iu)" + Characters.BOUNDARY + "(%s)(%s)%s";
    for (String two :
        List.of("can not", "d 'ye", "gim me", "gon na", "got ta", "lem me", "more 'n")) {
      String[] words = two.split(" ");
      list.replace(parts.formatted(words[0], words[1], Characters.BOUNDARY), " $1 $2 ");
    }
    list.replace(parts.formatted("wan", "na", "(?=" + SPACES + ")"), " $1 $2 ");
    list.replace("(?iu) ('t)(is)" + Characters.BOUNDARY, " $1 $2 ");
    list.replace("(?iu) ('t)(was)" + Characters.BOUNDARY, " $1 $2 ");
    return list;
  }

  /** The tokens of a text. */
  public static List<String> split(String text) {
    List<String> tokens = new ArrayList<>();
    for (String sentence : PunktSentences.split(text)) {
      tokens.addAll(Characters.split(normalized(sentence)));
    }
    return tokens;
  }

  private static String normalized(String sentence) {
    String inner = PUNCTUATION.apply(OPENING.apply(sentence));
    return CONTRACTIONS.apply(CLOSING.apply(" " + inner + " "));
  }
}
