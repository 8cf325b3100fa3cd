package dev.adder.evaluation.words;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Stems of English words by Porter's algorithm (1980) with the changes that NLTK makes by default:
 * a few irregular words, words of two letters as they are, and its own rules for -ies, -ied, -y,
 * -alli, -bli, -fulli and -logi.
 */
public final class PorterStemmer {

  private static final Map<String, String> IRREGULAR =
      Map.ofEntries(
          Map.entry("sky", "sky"),
          Map.entry("skies", "sky"),
          Map.entry("dying", "die"),
          Map.entry("lying", "lie"),
          Map.entry("tying", "tie"),
          Map.entry("news", "news"),
          Map.entry("innings", "inning"),
          Map.entry("inning", "inning"),
          Map.entry("outings", "outing"),
          Map.entry("outing", "outing"),
          Map.entry("cannings", "canning"),
          Map.entry("canning", "canning"),
          Map.entry("howe", "howe"),
          Map.entry("proceed", "proceed"),
          Map.entry("exceed", "exceed"),
          Map.entry("succeed", "succeed"));

  /** A suffix, what replaces it, and the least measure of what stands before it. */
  private record Rule(String suffix, String by, int measure) {}

  private static final List<Rule> PLURAL =
      List.of(rule("sses ss", 0), rule("ies i", 0), rule("ss ss", 0), rule("s", 0));

  private static final List<Rule> DOUBLE_SUFFIX =
      List.of(
          rule("ational ate", 1),
          rule("tional tion", 1),
          rule("enci ence", 1),
          rule("anci ance", 1),
          rule("izer ize", 1),
          rule("bli ble", 1),
          rule("alli al", 1),
          rule("entli ent", 1),
          rule("eli e", 1),
          rule("ousli ous", 1),
          rule("ization ize", 1),
          rule("ation ate", 1),
          rule("ator ate", 1),
          rule("alism al", 1),
          rule("iveness ive", 1),
          rule("fulness ful", 1),
          rule("ousness ous", 1),
          rule("aliti al", 1),
          rule("iviti ive", 1),
          rule("biliti ble", 1),
          rule("fulli ful", 1));

  private static final List<Rule> SUFFIX =
      List.of(
          rule("icate ic", 1),
          rule("ative", 1),
          rule("alize al", 1),
          rule("iciti ic", 1),
          rule("ical ic", 1),
          rule("ful", 1),
          rule("ness", 1));

  private static final List<Rule> ENDING =
      List.of(
          rule("al", 2),
          rule("ance", 2),
          rule("ence", 2),
          rule("er", 2),
          rule("ic", 2),
          rule("able", 2),
          rule("ible", 2),
          rule("ant", 2),
          rule("ement", 2),
          rule("ment", 2),
          rule("ent", 2),
          rule("ion", 2),
          rule("ou", 2),
          rule("ism", 2),
          rule("ate", 2),
          rule("iti", 2),
          rule("ous", 2),
          rule("ive", 2),
          rule("ize", 2));

  private PorterStemmer() {}

  private static Rule rule(String words, int measure) {
    String[] parts = words.split(" ");
    return new Rule(parts[0], parts.length > 1 ? parts[1] : "", measure);
  }

  /** The stem of a word, in lower case. */
  public static String stem(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    String irregular = IRREGULAR.get(lower);
    if (irregular != null) {
      return irregular;
    }
    if (word.codePointCount(0, word.length()) <= 2) {
      return lower;
    }
    String stem = ofY(ofPast(ofPlural(lower)));
    stem = apply(SUFFIX, ofDoubleSuffix(stem));
    return ofE(ofEnding(stem));
  }

  private static String ofPlural(String word) {
    return word.endsWith("ies") && length(word) == 4 ? cut(word, 1) : apply(PLURAL, word);
  }

  private static String ofPast(String word) {
    if (word.endsWith("ied")) {
      return cut(word, length(word) == 4 ? 1 : 2);
    }
    if (word.endsWith("eed")) {
      return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
    }
    for (String suffix : List.of("ed", "ing")) {
      String stem = word.endsWith(suffix) ? cut(word, suffix.length()) : "";
      if (hasVowel(stem)) {
        return repaired(stem);
      }
    }
    return word;
  }

  /** Gives back the e, or takes the double consonant, that -ed or -ing has cost. */
  private static String repaired(String stem) {
    if (stem.endsWith("at") || stem.endsWith("bl") || stem.endsWith("iz")) {
      return stem + "e";
    }
    if (endsInDouble(stem)) {
      return "lsz".indexOf(stem.charAt(stem.length() - 1)) < 0 ? cut(stem, 1) : stem;
    }
    return measure(stem) == 1 && endsInShort(stem) ? stem + "e" : stem;
  }

  private static String ofY(String word) {
    String stem = cut(word, word.endsWith("y") ? 1 : 0);
    boolean changes =
        word.endsWith("y") && length(stem) > 1 && isConsonant(stem, stem.length() - 1);
    return changes ? stem + "i" : word;
  }

  private static String ofDoubleSuffix(String word) {
    if (word.endsWith("alli") && measure(cut(word, 4)) > 0) {
      return ofDoubleSuffix(cut(word, 2));
    }
    if (word.endsWith("logi")) {
      return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
    }
    return apply(DOUBLE_SUFFIX, word);
  }

  private static String ofEnding(String word) {
    if (word.endsWith("ion") && !(word.endsWith("sion") || word.endsWith("tion"))) {
      return word;
    }
    return apply(ENDING, word);
  }

  private static String ofE(String word) {
    String stem = word;
    if (word.endsWith("e")) {
      String before = cut(word, 1);
      int measure = measure(before);
      stem = measure > 1 || (measure == 1 && !endsInShort(before)) ? before : word;
    }
    return stem.endsWith("ll") && measure(cut(stem, 1)) > 1 ? cut(stem, 1) : stem;
  }

  /** The first rule whose suffix the word has. */
  private static String apply(List<Rule> rules, String word) {
    for (Rule rule : rules) {
      if (word.endsWith(rule.suffix())) {
        String stem = cut(word, rule.suffix().length());
        return measure(stem) >= rule.measure() ? stem + rule.by() : word;
      }
    }
    return word;
  }

  private static String cut(String word, int letters) {
    return word.substring(0, word.length() - letters);
  }

  private static int length(String word) {
    return word.codePointCount(0, word.length());
  }

  /** How often a vowel is followed by a consonant. */
  private static int measure(String stem) {
    int count = 0;
    boolean vowel = false;
    for (int i = 0; i < stem.length(); i++) {
      boolean consonant = isConsonant(stem, i);
      count += consonant && vowel ? 1 : 0;
      vowel = !consonant;
    }
    return count;
  }

  private static boolean hasVowel(String stem) {
    for (int i = 0; i < stem.length(); i++) {
      if (!isConsonant(stem, i)) {
        return true;
      }
    }
    return false;
  }

  /** All but a, e, i, o, u and a y behind a consonant. */
  private static boolean isConsonant(String word, int at) {
    int first = at;
    while (first > 0 && word.charAt(first) == 'y') {
      first--;
    }
    boolean consonant = "aeiou".indexOf(word.charAt(first)) < 0;
    return consonant == ((at - first) % 2 == 0);
  }

  private static boolean endsInDouble(String word) {
    int last = word.length() - 1;
    return last > 0 && word.charAt(last) == word.charAt(last - 1) && isConsonant(word, last);
  }

  /** Consonant, vowel and consonant other than w, x, y; or a word of a vowel and a consonant. */
  private static boolean endsInShort(String word) {
    int last = word.length() - 1;
    if (last == 1) {
      return !isConsonant(word, 0) && isConsonant(word, 1);
    }
    return last > 1
        && isConsonant(word, last - 2)
        && !isConsonant(word, last - 1)
        && isConsonant(word, last)
        && "wxy".indexOf(word.charAt(last)) < 0;
  }
}
