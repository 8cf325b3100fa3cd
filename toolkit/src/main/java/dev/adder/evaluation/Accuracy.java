package dev.adder.evaluation;

import java.util.List;

/** Share of answers that are right. */
public record Accuracy() implements ClassMetric {

  @Override
  public String name() {
    return "accuracy";
  }

  @Override
  public String variant() {
    return "share of right answers";
  }

  @Override
  public double score(List<Integer> answers, List<Integer> gold) {
    int right = 0;
    for (int i = 0; i < gold.size(); i++) {
      right += answers.get(i).equals(gold.get(i)) ? 1 : 0;
    }
    return (double) right / gold.size();
  }
}
