package dev.adder.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Equal intervals that hold all values, as Plotly chooses them: of a round width near twice the
 * standard deviation over n^0.4, or of the asked number at most.
 *
 * @param first where the first one begins
 * @param width of each
 * @param count how many
 */
record Bins(double first, double width, int count) {

  private static final double[] ROUND = {2, 5, 10};

  /**
   * @param values finite
   * @param atMost how many are wanted; 0 leaves it to the values
   * @param power of n by which the standard deviation is divided: 0.4, or 0.25 in two dimensions
   */
  static Bins of(List<Double> values, int atMost, double power) {
    double low = values.stream().mapToDouble(v -> v).min().orElse(0);
    double high = values.stream().mapToDouble(v -> v).max().orElse(0);
    double mean = values.stream().mapToDouble(v -> v).average().orElse(0);
    double square = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).average().orElse(0);
    boolean whole = values.stream().allMatch(v -> v == Math.rint(v));
    double rough =
        atMost > 0
            ? (high - low) / atMost
            : 2 * Math.sqrt(square) / Math.pow(Math.max(1, values.size()), power);
    double width = rough <= 0 ? 1 : round(rough);
    // Whole numbers stand in the middle of their interval.
    width = whole ? Math.max(1, width) : width;
    double shift = whole ? 0.5 : 0;
    double first = Math.floor((low + shift) / width) * width - shift;
    int count = (int) Math.floor((high - first) / width) + 1;
    return new Bins(first, width, count);
  }

  private static double round(double rough) {
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    for (double factor : ROUND) {
      if (rough / power <= factor) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  /** Which one holds a value. */
  int index(double value) {
    return Math.max(0, Math.min(count - 1, (int) Math.floor((value - first) / width)));
  }

  List<Double> middles() {
    List<Double> middles = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      middles.add(first + (i + 0.5) * width);
    }
    return middles;
  }

  /**
   * A histogram's heights.
   *
   * @param positions the interval or word of each value
   * @param keys all intervals or words, in order
   * @param weights what belongs to each value; 1 where it is just counted
   * @param function count, sum, avg, min or max
   * @param norm how heights are scaled; "" for not at all
   * @param width of an interval, for densities
   */
  static List<Double> heights(
      List<?> positions,
      List<?> keys,
      List<Double> weights,
      String function,
      String norm,
      double width) {
    Map<Object, List<Double>> held = new LinkedHashMap<>();
    keys.forEach(key -> held.put(key, new ArrayList<>()));
    for (int i = 0; i < positions.size(); i++) {
      held.get(positions.get(i)).add(weights.get(i));
    }
    List<Double> heights = new ArrayList<>();
    for (List<Double> group : held.values()) {
      var numbers = group.stream().mapToDouble(v -> v).summaryStatistics();
      heights.add(
          group.isEmpty()
              ? 0.0
              : switch (function) {
                case "sum" -> numbers.getSum();
                case "avg" -> numbers.getAverage();
                case "min" -> numbers.getMin();
                case "max" -> numbers.getMax();
                default -> (double) numbers.getCount();
              });
    }
    double sum = heights.stream().mapToDouble(v -> v).sum();
    double by =
        switch (norm) {
          case "percent" -> 100 / sum;
          case "probability" -> 1 / sum;
          case "density" -> 1 / width;
          case "probability density" -> 1 / (sum * width);
          default -> 1;
        };
    return heights.stream().map(height -> height * by).toList();
  }
}
