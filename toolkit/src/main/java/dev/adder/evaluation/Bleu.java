package dev.adder.evaluation;

import dev.adder.evaluation.words.Mteval13a;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * BLEU-4 of a corpus, from 0 to 1, over tokens of mteval-13a, without smoothing, with a brevity
 * penalty (Papineni et al., 2002).
 *
 * @param length of several references, which one's length counts for the penalty
 */
public record Bleu(Length length) implements TextMetric {

  private static final int ORDERS = 4;

  /** Which reference a text should be at least as long as. */
  public enum Length {
    /** The one closest to the text in length, the shorter of two: as sacrebleu counts. */
    CLOSEST,
    /** The shortest: as Hugging Face's {@code evaluate} counts, and so the released code. */
    SHORTEST
  }

  /** The rule of sacrebleu. */
  public Bleu() {
    this(Length.CLOSEST);
  }

  @Override
  public String name() {
    return length == Length.CLOSEST ? "bleu" : "bleu_shortest";
  }

  @Override
  public String variant() {
    return length == Length.CLOSEST
        ? "BLEU-4, 13a tokens, no smoothing, closest reference length (sacrebleu)"
        : "BLEU-4, 13a tokens, no smoothing, shortest reference length (evaluate)";
  }

  @Override
  public double score(List<Written> written) {
    long[] matches = new long[ORDERS];
    long[] possible = new long[ORDERS];
    long length = 0;
    long expected = 0;
    for (Written each : written) {
      List<String> text = Mteval13a.split(each.text());
      List<List<String>> references = each.references().stream().map(Mteval13a::split).toList();
      length += text.size();
      expected += expectedLength(text.size(), references);
      for (int n = 1; n <= ORDERS; n++) {
        Map<List<String>, Integer> most = new HashMap<>();
        for (List<String> reference : references) {
          count(reference, n).forEach((gram, times) -> most.merge(gram, times, Math::max));
        }
        for (Map.Entry<List<String>, Integer> gram : count(text, n).entrySet()) {
          matches[n - 1] += Math.min(gram.getValue(), most.getOrDefault(gram.getKey(), 0));
        }
        possible[n - 1] += Math.max(0, text.size() - n + 1);
      }
    }
    return combine(matches, possible, length, expected);
  }

  private int expectedLength(int size, List<List<String>> references) {
    Comparator<Integer> shorter = Comparator.naturalOrder();
    Comparator<Integer> closer = Comparator.comparing(other -> Math.abs(other - size));
    return references.stream()
        .map(List::size)
        .min(length == Length.SHORTEST ? shorter : closer.thenComparing(shorter))
        .orElseThrow();
  }

  private static Map<List<String>, Integer> count(List<String> tokens, int n) {
    Map<List<String>, Integer> counts = new HashMap<>();
    for (int i = 0; i + n <= tokens.size(); i++) {
      counts.merge(tokens.subList(i, i + n), 1, Integer::sum);
    }
    return counts;
  }

  private static double combine(long[] matches, long[] possible, long length, long expected) {
    double logarithm = 0;
    for (int n = 0; n < ORDERS; n++) {
      if (matches[n] == 0) {
        return 0;
      }
      logarithm += Math.log((double) matches[n] / possible[n]) / ORDERS;
    }
    double penalty = length < expected ? 1 - (double) expected / length : 0;
    return Math.exp(logarithm + penalty);
  }
}
