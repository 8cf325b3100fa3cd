package dev.adder.evaluation;

import dev.adder.data.Example;
import dev.adder.data.Task;
import dev.adder.data.Template;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What can be answered without understanding: always the most frequent class, the lengths of the
 * texts, or their words by a logistic regression that knows of each text how often it has each
 * word, and how many words the texts share. A task worth learning is hardly answered by any.
 */
public final class SurfaceCues {

  private static final int EPOCHS = 60;
  private static final double RATE = 0.05;
  private static final double DECAY = 1e-3;

  private final Task task;
  private final List<Integer> trainLabels;
  private final List<Integer> testLabels;
  private final int classes;

  /**
   * @param task whose answer is a class
   * @throws IllegalArgumentException if it is answered by text
   */
  public SurfaceCues(Task task) {
    if (!(task.answer() instanceof dev.adder.data.Answer.Choice choice)) {
      throw new IllegalArgumentException(
          "%s is answered by text; surface cues are looked for where there are classes."
              .formatted(task.name()));
    }
    this.task = task;
    classes = choice.words().size();
    trainLabels = task.train().stream().map(e -> choice.words().indexOf(e.label())).toList();
    testLabels = task.test().stream().map(e -> choice.words().indexOf(e.label())).toList();
  }

  /** All of them, by all of the task's metrics. */
  public List<Guess> guesses() {
    return List.of(
        new Guess("always the most frequent class", scores(mostFrequent())),
        new Guess("lengths by logistic regression", scores(byLength())),
        new Guess("words by logistic regression", scores(byWords())));
  }

  /** The test score of the class that is most frequent in training. */
  public double majority() {
    return scores(mostFrequent()).score();
  }

  private List<Integer> mostFrequent() {
    Map<Integer, Long> counts =
        trainLabels.stream().collect(Collectors.groupingBy(l -> l, Collectors.counting()));
    int most = counts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
    return testLabels.stream().map(label -> most).toList();
  }

  /** The test score by the lengths of the texts, in letters and in words. */
  public double length() {
    return scores(byLength()).score();
  }

  private List<Integer> byLength() {
    return regression(SurfaceCues::lengths);
  }

  /** The test score by words and the number of words shared. */
  public double words() {
    return scores(byWords()).score();
  }

  private List<Integer> byWords() {
    Map<String, Integer> index = new HashMap<>();
    for (Example example : task.train()) {
      words(example).forEach(word -> index.putIfAbsent(word, index.size()));
    }
    return regression(
        example -> {
          double[] bag = new double[index.size() + 1];
          for (String word : words(example)) {
            Integer at = index.get(word);
            if (at != null) {
              bag[at] += 1;
            }
          }
          double norm = Math.sqrt(Arrays.stream(bag).map(v -> v * v).sum());
          for (int i = 0; i < bag.length; i++) {
            bag[i] /= Math.max(1, norm / 3);
          }
          bag[bag.length - 1] = shared(example);
          return bag;
        });
  }

  /** Words, each marked with the number of the text it stands in. */
  private static List<String> words(Example example) {
    List<String> words = new ArrayList<>();
    List<List<String>> texts = texts(example);
    for (int i = 0; i < texts.size(); i++) {
      int text = i;
      texts.get(i).forEach(word -> words.add(text + word));
    }
    return words;
  }

  private static List<List<String>> texts(Example example) {
    return Arrays.stream(example.input().split(Template.SEPARATOR))
        .map(text -> List.of(text.toLowerCase(java.util.Locale.ROOT).split("[^\\p{L}\\p{N}]+")))
        .toList();
  }

  private static double shared(Example example) {
    List<List<String>> texts = texts(example);
    return texts.size() < 2
        ? 0
        : texts.get(1).stream().filter(texts.get(0)::contains).count() / 4.0;
  }

  private static double[] lengths(Example example) {
    List<List<String>> texts = texts(example);
    double[] lengths = new double[3 * texts.size()];
    String[] parts = example.input().split(Template.SEPARATOR);
    for (int i = 0; i < parts.length; i++) {
      lengths[3 * i] = parts[i].length() / 100.0;
      lengths[3 * i + 1] = texts.get(i).size() / 10.0;
      lengths[3 * i + 2] = lengths[3 * i + 1] * lengths[3 * i + 1];
    }
    return lengths;
  }

  private List<Integer> regression(Function<Example, double[]> features) {
    List<double[]> x = task.train().stream().map(features).toList();
    double[][] weights = new double[classes][x.get(0).length + 1];
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      for (int i = 0; i < x.size(); i++) {
        double[] p = probabilities(weights, x.get(i));
        for (int k = 0; k < classes; k++) {
          double error = (trainLabels.get(i) == k ? 1 : 0) - p[k];
          for (int j = 0; j < x.get(i).length; j++) {
            weights[k][j] += RATE * (error * x.get(i)[j] - DECAY * weights[k][j]);
          }
          weights[k][x.get(i).length] += RATE * error;
        }
      }
    }
    return task.test().stream()
        .map(example -> best(probabilities(weights, features.apply(example))))
        .toList();
  }

  private static double[] probabilities(double[][] weights, double[] x) {
    double[] p = new double[weights.length];
    for (int k = 0; k < p.length; k++) {
      p[k] = weights[k][x.length];
      for (int j = 0; j < x.length; j++) {
        p[k] += weights[k][j] * x[j];
      }
    }
    double largest = Arrays.stream(p).max().orElseThrow();
    double sum = Arrays.stream(p).map(v -> StrictMath.exp(v - largest)).sum();
    return Arrays.stream(p).map(v -> StrictMath.exp(v - largest) / sum).toArray();
  }

  private static int best(double[] p) {
    return IntStream.range(0, p.length).reduce((a, b) -> p[b] > p[a] ? b : a).orElseThrow();
  }

  private Evaluation scores(List<Integer> answers) {
    return Evaluation.ofClasses(
        task.name(), Metric.of(task, ClassMetric.class), answers, testLabels);
  }
}
