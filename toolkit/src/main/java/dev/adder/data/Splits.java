package dev.adder.data;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The examples of a task.
 *
 * @param train what is trained on
 * @param validation what choices are made by
 * @param test what is reported
 */
public record Splits(List<Example> train, List<Example> validation, List<Example> test) {

  private static final int SEED = 123;

  public Splits {
    train = keep(train);
    validation = keep(validation);
    test = keep(test);
  }

  /** A copy, but of examples that are written when they are read. */
  private static List<Example> keep(List<Example> examples) {
    return examples instanceof LazyExamples ? examples : List.copyOf(examples);
  }

  /**
   * The released code's split where it does not use the official one: of the official training
   * examples a fifth, rounded up, becomes validation; test is the official validation split.
   */
  static Splits fifthOf(List<Example> training, List<Example> test) {
    int[] order = Permutation.of(SEED, training.size());
    int validation = (training.size() + 4) / 5;
    List<Example> shuffled = new ArrayList<>(training.size());
    for (int i : order) {
      shuffled.add(training.get(i));
    }
    return new Splits(
        shuffled.subList(validation, shuffled.size()), shuffled.subList(0, validation), test);
  }

  List<List<Example>> all() {
    return List.of(train, validation, test);
  }

  Splits map(UnaryOperator<List<Example>> change) {
    return new Splits(change.apply(train), change.apply(validation), change.apply(test));
  }
}
