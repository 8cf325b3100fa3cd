package dev.adder;

import dev.adder.data.Batches;
import dev.adder.data.Example;
import dev.adder.data.Task;
import dev.adder.data.TokenBatch;
import dev.adder.data.Tokens;
import dev.adder.evaluation.Classifier;
import dev.adder.evaluation.Evaluation;
import dev.adder.evaluation.Metric;
import dev.adder.model.Mamba;
import java.util.ArrayList;
import java.util.List;

/** Asks a model all questions of a split and scores its answers. */
final class Scores {

  enum Split {
    VALIDATION,
    TEST
  }

  /** Rows per batch; answers do not depend on it, since padding stands behind the label. */
  private static final int ROWS = 16;

  private Scores() {}

  static Evaluation evaluate(Mamba model, Tokens tokens, Task whole, Split split) {
    Task task = whole.within(tokens);
    List<Example> examples = split == Split.TEST ? task.test() : task.validation();
    int[] classTokens = task.classTokens(tokens);
    List<Integer> answers = new ArrayList<>();
    List<Integer> gold = new ArrayList<>();
    for (TokenBatch batch : Batches.inOrder(task.encode(examples, tokens), ROWS)) {
      for (int token : Classifier.answers(model, batch)) {
        answers.add(classOf(token, classTokens));
      }
      for (int token : batch.labels()) {
        gold.add(classOf(token, classTokens));
      }
    }
    return Metric.named(task.metric()).evaluate(task.name(), answers, gold);
  }

  private static int classOf(int token, int[] classTokens) {
    for (int i = 0; i < classTokens.length; i++) {
      if (classTokens[i] == token) {
        return i;
      }
    }
    return Metric.OUTSIDE;
  }
}
