package dev.adder.evaluation;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Matthews correlation of the confusion matrix (Gorodkin's R_K); 0 where it is undefined. */
public record MatthewsCorrelation() implements ClassMetric {

  @Override
  public String name() {
    return "matthews_correlation";
  }

  @Override
  public String variant() {
    return "of the confusion matrix, R_K";
  }

  @Override
  public double score(List<Integer> answers, List<Integer> gold) {
    Set<Integer> classes = new TreeSet<>(gold);
    classes.addAll(answers);
    double n = gold.size();
    double right = 0;
    for (int i = 0; i < gold.size(); i++) {
      right += answers.get(i).equals(gold.get(i)) ? 1 : 0;
    }
    double cross = 0;
    double answered = 0;
    double actual = 0;
    for (int k : classes) {
      double p = answers.stream().filter(a -> a == k).count();
      double t = gold.stream().filter(g -> g == k).count();
      cross += p * t;
      answered += p * p;
      actual += t * t;
    }
    double scale = Math.sqrt((n * n - answered) * (n * n - actual));
    return scale == 0 ? 0 : (right * n - cross) / scale;
  }
}
