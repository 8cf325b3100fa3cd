package dev.adder;

import dev.adder.data.Answer;
import dev.adder.data.Batches;
import dev.adder.data.Example;
import dev.adder.data.Task;
import dev.adder.data.TokenBatch;
import dev.adder.data.TokenExample;
import dev.adder.data.Tokens;
import dev.adder.evaluation.BeamSearch;
import dev.adder.evaluation.ClassMetric;
import dev.adder.evaluation.Classifier;
import dev.adder.evaluation.Decoding;
import dev.adder.evaluation.Evaluation;
import dev.adder.evaluation.Generator;
import dev.adder.evaluation.Metric;
import dev.adder.evaluation.Perplexity;
import dev.adder.evaluation.Score;
import dev.adder.evaluation.TextMetric;
import dev.adder.evaluation.Written;
import dev.adder.model.Mamba;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Asks a model all questions of a split and scores its answers by the task's metrics. */
final class Scores {

  enum Split {
    VALIDATION,
    TEST
  }

  /** Rows per batch; answers do not depend on it, since padding stands behind the label. */
  private static final int ROWS = 16;

  private final Mamba model;
  private final Tokens tokens;
  private final Task task;
  private final List<Example> examples;

  private Scores(Mamba model, Tokens tokens, Task task, Split split) {
    this.model = model;
    this.tokens = tokens;
    this.task = task.within(tokens);
    examples = split == Split.TEST ? this.task.test() : this.task.validation();
  }

  /** Scores a split; texts are written as in the paper. */
  static Evaluation evaluate(Mamba model, Tokens tokens, Task task, Split split) {
    return evaluate(model, tokens, task, split, BeamSearch.PAPER);
  }

  /**
   * Scores a split.
   *
   * @param decoding how texts are written, where the task asks for them
   * @throws CancellationException if the thread is interrupted
   */
  static Evaluation evaluate(
      Mamba model, Tokens tokens, Task task, Split split, Decoding decoding) {
    Scores scores = new Scores(model, tokens, task, split);
    Evaluation evaluation =
        task.answer() instanceof Answer.Choice choice
            ? scores.ofClasses(choice)
            : scores.ofTexts(decoding);
    for (Perplexity perplexity : Metric.of(task, Perplexity.class)) {
      evaluation = evaluation.with(new Score(perplexity, scores.perplexity(perplexity)));
    }
    return evaluation;
  }

  private List<TokenBatch> batches() {
    return Batches.inOrder(task.encode(examples, tokens), ROWS);
  }

  private double perplexity(Perplexity perplexity) {
    return perplexity.of(model, batches());
  }

  private Evaluation ofClasses(Answer.Choice choice) {
    int[] classTokens = task.classTokens(tokens);
    List<Integer> answers = new ArrayList<>();
    List<Integer> gold = new ArrayList<>();
    for (TokenBatch batch : batches()) {
      if (Thread.interrupted()) {
        throw new CancellationException(
            "Scoring was interrupted after %d of %d examples."
                .formatted(answers.size(), examples.size()));
      }
      if (choice.anyToken()) {
        for (int token : Classifier.answers(model, batch)) {
          answers.add(classOf(token, classTokens));
        }
      } else {
        for (int index : Classifier.choices(model, batch, classTokens)) {
          answers.add(index);
        }
      }
      for (int token : batch.labels()) {
        gold.add(classOf(token, classTokens));
      }
    }
    return Evaluation.ofClasses(task.name(), Metric.of(task, ClassMetric.class), answers, gold);
  }

  private static int classOf(int token, int[] classTokens) {
    for (int i = 0; i < classTokens.length; i++) {
      if (classTokens[i] == token) {
        return i;
      }
    }
    return ClassMetric.OUTSIDE;
  }

  private Evaluation ofTexts(Decoding decoding) {
    List<TextMetric> textMetrics = Metric.of(task, TextMetric.class);
    List<Written> unwritten =
        examples.stream().map(example -> Written.of("", example, task)).toList();
    textMetrics.forEach(metric -> metric.require(unwritten));
    List<int[]> prompts = task.encode(examples, tokens).stream().map(TokenExample::prompt).toList();
    int[] end = tokens.encode(task.answer().ending());
    int stop = end.length == 1 ? end[0] : -1;
    List<Written> written = new ArrayList<>();
    try (Generator generator = Generator.of(model)) {
      for (int[] text : generator.generate(prompts, decoding, stop)) {
        written.add(Written.of(tokens.decode(text), examples.get(written.size()), task));
      }
    }
    return Evaluation.ofTexts(task.name(), textMetrics, written);
  }
}
