package dev.adder.evaluation;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * ROUGE F-measure from 0 to 1, as the package rouge-score computes it without stemming: words are
 * runs of a–z and 0–9 in lower case. The mean over texts, of several references the best.
 *
 * <p>The released code gives the median of a thousand random resamples of the texts instead of
 * their mean, from an unseeded generator; the two differ by its noise only.
 *
 * @param kind what is compared
 */
public record Rouge(Kind kind) implements TextMetric {

  /** What a text shares with a reference. */
  public enum Kind {
    /** Words. */
    WORDS("rouge1"),
    /** Pairs of neighbouring words. */
    PAIRS("rouge2"),
    /** The longest sequence of words that both have in this order. */
    SEQUENCE("rougeL"),
    /** For each line of the reference, the union of such sequences with the lines of the text. */
    LINES("rougeLsum");

    private final String name;

    Kind(String name) {
      this.name = name;
    }
  }

  private static final Pattern OTHER = Pattern.compile("[^a-z0-9]+");

  @Override
  public String name() {
    return kind.name;
  }

  @Override
  public String variant() {
    return "F-measure of rouge-score without stemming, mean over texts";
  }

  @Override
  public double score(List<Written> written) {
    double sum = 0;
    for (Written each : written) {
      sum +=
          each.references().stream()
              .mapToDouble(reference -> score(each.text(), reference))
              .max()
              .orElseThrow();
    }
    return sum / written.size();
  }

  private double score(String text, String reference) {
    if (kind == Kind.LINES) {
      return lines(text, reference);
    }
    List<String> ours = words(text);
    List<String> theirs = words(reference);
    if (kind == Kind.SEQUENCE) {
      return measure(sequence(theirs, ours).cardinality(), ours.size(), theirs.size());
    }
    int n = kind == Kind.WORDS ? 1 : 2;
    Map<List<String>, Integer> grams = count(theirs, n);
    int shared = 0;
    for (Map.Entry<List<String>, Integer> gram : count(ours, n).entrySet()) {
      shared += Math.min(gram.getValue(), grams.getOrDefault(gram.getKey(), 0));
    }
    return measure(shared, Math.max(0, ours.size() - n + 1), Math.max(0, theirs.size() - n + 1));
  }

  private static double lines(String text, String reference) {
    List<List<String>> ours = lines(text);
    List<List<String>> theirs = lines(reference);
    Map<String, Integer> left = new HashMap<>();
    ours.forEach(line -> line.forEach(word -> left.merge(word, 1, Integer::sum)));
    int shared = 0;
    for (List<String> line : theirs) {
      BitSet union = new BitSet();
      ours.forEach(other -> union.or(sequence(line, other)));
      for (int i = union.nextSetBit(0); i >= 0; i = union.nextSetBit(i + 1)) {
        // A word of the text counts once, wherever it is found again.
        shared += left.merge(line.get(i), -1, Integer::sum) >= 0 ? 1 : 0;
      }
    }
    return measure(shared, size(ours), size(theirs));
  }

  private static List<List<String>> lines(String text) {
    return Arrays.stream(text.split("\n", -1)).map(Rouge::words).toList();
  }

  private static int size(List<List<String>> lines) {
    return lines.stream().mapToInt(List::size).sum();
  }

  /** Where a longest common sequence lies in the first; of several the one read off backwards. */
  private static BitSet sequence(List<String> first, List<String> second) {
    int[][] longest = new int[first.size() + 1][second.size() + 1];
    for (int i = 1; i <= first.size(); i++) {
      for (int j = 1; j <= second.size(); j++) {
        longest[i][j] =
            first.get(i - 1).equals(second.get(j - 1))
                ? longest[i - 1][j - 1] + 1
                : Math.max(longest[i - 1][j], longest[i][j - 1]);
      }
    }
    BitSet places = new BitSet();
    int i = first.size();
    int j = second.size();
    while (i > 0 && j > 0) {
      if (first.get(i - 1).equals(second.get(j - 1))) {
        places.set(--i);
        j--;
      } else if (longest[i][j - 1] > longest[i - 1][j]) {
        j--;
      } else {
        i--;
      }
    }
    return places;
  }

  private static List<String> words(String text) {
    return Arrays.stream(OTHER.split(text.toLowerCase(Locale.ROOT)))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  private static Map<List<String>, Integer> count(List<String> words, int n) {
    Map<List<String>, Integer> counts = new HashMap<>();
    for (int i = 0; i + n <= words.size(); i++) {
      counts.merge(words.subList(i, i + n), 1, Integer::sum);
    }
    return counts;
  }

  private static double measure(int shared, int ours, int theirs) {
    return shared == 0 ? 0 : 2.0 * shared / (ours + theirs);
  }
}
