package dev.adder.evaluation;

import dev.adder.data.Answer;
import dev.adder.data.Example;
import dev.adder.data.Task;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Texts that can be given without understanding: the input itself, always the same answer, or the
 * answer of the training example whose words are most alike.
 */
public final class TextGuesses {

  private final Task task;

  /**
   * @param task whose answer is a text
   * @throws IllegalArgumentException if it is answered by a class
   */
  public TextGuesses(Task task) {
    if (!(task.answer() instanceof Answer.Text)) {
      throw new IllegalArgumentException(
          "%s is answered by a class; SurfaceCues looks for what tells it.".formatted(task.name()));
    }
    this.task = task;
  }

  /** All of them. */
  public List<Guess> guesses() {
    return List.of(
        new Guess("the input itself", copy()),
        new Guess("always the most frequent answer", mostFrequent()),
        new Guess("answer of the nearest training example by words", nearest()));
  }

  /** The scores of the inputs as answers. */
  public Evaluation copy() {
    return evaluation(Example::input);
  }

  /** The scores of the answer that is most frequent in training; of several, the first. */
  public Evaluation mostFrequent() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    task.train().forEach(example -> counts.merge(example.label(), 1, Integer::sum));
    String most = counts.keySet().iterator().next();
    for (Map.Entry<String, Integer> count : counts.entrySet()) {
      most = count.getValue() > counts.get(most) ? count.getKey() : most;
    }
    String always = most;
    return evaluation(example -> always);
  }

  /**
   * The scores of the answers of nearest training examples: those whose inputs have the largest
   * cosine of word counts, words weighted by how few training examples have them; of several, the
   * first.
   */
  public Evaluation nearest() {
    Map<String, Double> weights = weights();
    List<Map<String, Double>> bags =
        task.train().stream().map(example -> bag(example, weights)).toList();
    return evaluation(
        example -> {
          Map<String, Double> bag = bag(example, weights);
          double[] alike = bags.stream().mapToDouble(other -> product(bag, other)).toArray();
          int best = 0;
          for (int i = 1; i < alike.length; i++) {
            best = alike[i] > alike[best] ? i : best;
          }
          return task.train().get(best).label();
        });
  }

  private Evaluation evaluation(Function<Example, String> answer) {
    List<Written> written =
        task.test().stream()
            .map(example -> Written.of(answer.apply(example), example, task))
            .toList();
    return Evaluation.ofTexts(task.name(), Metric.of(task, TextMetric.class), written);
  }

  private static List<String> words(Example example) {
    return Arrays.stream(example.input().toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+"))
        .filter(word -> !word.isEmpty())
        .sorted(Comparator.naturalOrder())
        .toList();
  }

  /** Of each word, the logarithm of the share of training examples that have it, negated. */
  private Map<String, Double> weights() {
    Map<String, Integer> counts = new HashMap<>();
    for (Example example : task.train()) {
      words(example).stream().distinct().forEach(word -> counts.merge(word, 1, Integer::sum));
    }
    Map<String, Double> weights = new HashMap<>();
    counts.forEach(
        (word, count) -> weights.put(word, StrictMath.log((1.0 + task.train().size()) / count)));
    return weights;
  }

  /** Weighted counts of known words, of length 1. */
  private static Map<String, Double> bag(Example example, Map<String, Double> weights) {
    // In the order of words, so that sums are the same each time.
    Map<String, Double> bag = new LinkedHashMap<>();
    for (String word : words(example)) {
      if (weights.containsKey(word)) {
        bag.merge(word, weights.get(word), Double::sum);
      }
    }
    double length = Math.sqrt(bag.values().stream().mapToDouble(v -> v * v).sum());
    bag.replaceAll((word, value) -> value / Math.max(length, Double.MIN_NORMAL));
    return bag;
  }

  private static double product(Map<String, Double> one, Map<String, Double> other) {
    double sum = 0;
    for (Map.Entry<String, Double> entry : one.entrySet()) {
      sum += entry.getValue() * other.getOrDefault(entry.getKey(), 0.0);
    }
    return sum;
  }
}
