package dev.adder.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * From values to shares of an axis, and where its ticks stand.
 *
 * @param low value (its logarithm to base 10 on a log axis) at the beginning
 * @param high the same at the end
 * @param log whether the axis is logarithmic
 * @param categories names at 0, 1, 2, …; empty on an axis of numbers
 */
record AxisScale(double low, double high, boolean log, List<String> categories) {

  private static final int TICKS = 6;

  AxisScale {
    categories = List.copyOf(categories);
  }

  static AxisScale linear(double low, double high) {
    return new AxisScale(low, high, false, List.of());
  }

  static AxisScale of(List<String> categories) {
    return new AxisScale(-0.5, categories.size() - 0.5, false, categories);
  }

  /** 0 at the beginning of the axis, 1 at its end; NaN where a log axis has no place. */
  double share(double value) {
    double v = log ? Math.log10(value) : value;
    return Double.isFinite(v) ? (v - low) / (high - low) : Double.NaN;
  }

  List<Double> ticks() {
    if (!categories.isEmpty()) {
      return everyFew();
    }
    return log && high - low >= 1 ? powers() : steps();
  }

  private List<Double> everyFew() {
    List<Double> ticks = new ArrayList<>();
    int rough = (int) Math.ceil(categories.size() / 16.0);
    int every = rough <= 1 ? 1 : (int) niceStep(rough);
    for (int i = 0; i < categories.size(); i += every) {
      ticks.add((double) i);
    }
    return ticks;
  }

  private List<Double> powers() {
    List<Double> ticks = new ArrayList<>();
    double step = Math.max(1, Math.rint((high - low) / TICKS));
    for (double e = Math.ceil(low - 1e-9); e <= high + 1e-9; e += step) {
      ticks.add(Math.pow(10, e));
    }
    return ticks;
  }

  private List<Double> steps() {
    double from = log ? Math.pow(10, low) : low;
    double to = log ? Math.pow(10, high) : high;
    double step = niceStep((to - from) / TICKS);
    List<Double> ticks = new ArrayList<>();
    for (long i = (long) Math.ceil(from / step - 1e-9); i * step <= to + 1e-9 * step; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  /** Ticks with as many digits as tell them apart. */
  String label(double tick) {
    if (!categories.isEmpty()) {
      return categories.get((int) tick);
    }
    double size = Math.abs(tick);
    if (size >= 1e5 || (size != 0 && size < 1e-3)) {
      return String.format(Locale.ROOT, "%.1e", tick)
          .replace(".0e", "e")
          .replaceAll("e([+-])0", "e$1")
          .replace("e+", "e");
    }
    String text = String.format(Locale.ROOT, "%.6f", tick);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }

  private static double niceStep(double rough) {
    double power = Math.pow(10, Math.floor(Math.log10(Math.max(rough, 1e-300))));
    double share = rough / power;
    return power * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10);
  }
}
