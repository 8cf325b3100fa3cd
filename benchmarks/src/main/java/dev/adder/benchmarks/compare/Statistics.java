package dev.adder.benchmarks.compare;

import java.util.Arrays;
import java.util.List;

/** Arithmetic of samples. */
final class Statistics {

  private Statistics() {}

  /** The middle one, or the mean of the two in the middle; NaN of none. */
  static double median(List<Double> samples) {
    if (samples.isEmpty()) {
      return Double.NaN;
    }
    double[] sorted = samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Median, least and largest of the quotients, pair by pair. */
  static Ratio ratio(List<Double> ours, List<Double> theirs) {
    if (ours.size() != theirs.size()) {
      throw new IllegalArgumentException(
          "There are %d and %d samples; pairs need as many on both sides."
              .formatted(ours.size(), theirs.size()));
    }
    double[] quotients = new double[ours.size()];
    Arrays.setAll(quotients, i -> ours.get(i) / theirs.get(i));
    List<Double> list = Arrays.stream(quotients).boxed().toList();
    return new Ratio(
        median(list),
        list.stream().mapToDouble(q -> q).min().orElse(Double.NaN),
        list.stream().mapToDouble(q -> q).max().orElse(Double.NaN));
  }
}
