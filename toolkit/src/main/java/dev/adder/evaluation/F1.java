package dev.adder.evaluation;

import java.util.List;

/** Harmonic mean of precision and recall of class 1; 0 where there is neither. */
public record F1() implements ClassMetric {

  private static final int POSITIVE = 1;

  @Override
  public String name() {
    return "f1";
  }

  @Override
  public String variant() {
    return "of class 1";
  }

  @Override
  public double score(List<Integer> answers, List<Integer> gold) {
    int both = 0;
    int either = 0;
    for (int i = 0; i < gold.size(); i++) {
      boolean answered = answers.get(i) == POSITIVE;
      boolean actual = gold.get(i) == POSITIVE;
      both += answered && actual ? 1 : 0;
      either += (answered ? 1 : 0) + (actual ? 1 : 0);
    }
    return either == 0 ? 0 : 2.0 * both / either;
  }
}
