package dev.adder.report;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * From values to shares of an axis, and where its ticks stand.
 *
 * @param low value at the beginning (its logarithm to base 10 on a log axis, seconds since 1970 on
 *     an axis of dates); greater than {@code high} on an axis that runs backwards
 * @param high the same at the end
 * @param kind how values are laid out
 * @param categories names at 0, 1, 2, …; empty unless the kind is {@code CATEGORIES}
 */
record AxisScale(double low, double high, Kind kind, List<String> categories) {

  enum Kind {
    LINEAR,
    LOG,
    DATES,
    CATEGORIES
  }

  private static final int TICKS = 6;

  /** Distances of ticks on an axis of dates, in seconds; longer ones are months and years. */
  private static final long[] SECONDS = {
    1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
    1_209_600
  };

  /** Distances of ticks in months. */
  private static final int[] MONTHS = {1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200};

  private static final double SECONDS_OF_A_MONTH = 30.44 * 86_400;

  AxisScale {
    categories = List.copyOf(categories);
  }

  static AxisScale linear(double low, double high) {
    return new AxisScale(low, high, Kind.LINEAR, List.of());
  }

  static AxisScale of(List<String> categories) {
    return new AxisScale(-0.5, categories.size() - 0.5, Kind.CATEGORIES, categories);
  }

  AxisScale reversed() {
    return new AxisScale(high, low, kind, categories);
  }

  /** 0 at the beginning of the axis, 1 at its end; NaN where a log axis has no place. */
  double share(double value) {
    double v = kind == Kind.LOG ? Math.log10(value) : value;
    return Double.isFinite(v) ? (v - low) / (high - low) : Double.NaN;
  }

  List<Double> ticks() {
    double from = Math.min(low, high);
    double to = Math.max(low, high);
    return switch (kind) {
      case CATEGORIES -> everyFew();
      case DATES -> dates(from, to);
      case LOG -> to - from >= 1 ? powers(from, to) : steps(Math.pow(10, from), Math.pow(10, to));
      case LINEAR -> steps(from, to);
    };
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

  private static List<Double> powers(double from, double to) {
    List<Double> ticks = new ArrayList<>();
    double step = Math.max(1, Math.rint((to - from) / TICKS));
    for (double e = Math.ceil(from - 1e-9); e <= to + 1e-9; e += step) {
      ticks.add(Math.pow(10, e));
    }
    return ticks;
  }

  private static List<Double> steps(double from, double to) {
    double step = niceStep((to - from) / TICKS);
    List<Double> ticks = new ArrayList<>();
    for (long i = (long) Math.ceil(from / step - 1e-9); i * step <= to + 1e-9 * step; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  private static List<Double> dates(double from, double to) {
    List<Double> ticks = new ArrayList<>();
    double rough = (to - from) / TICKS;
    for (long step : SECONDS) {
      if (rough <= step) {
        for (double tick = Math.ceil(from / step) * step; tick <= to; tick += step) {
          ticks.add(tick);
        }
        return ticks;
      }
    }
    int months = MONTHS[MONTHS.length - 1];
    for (int i = MONTHS.length - 1; i >= 0 && rough <= MONTHS[i] * SECONDS_OF_A_MONTH; i--) {
      months = MONTHS[i];
    }
    LocalDateTime first = time(from).truncatedTo(ChronoUnit.DAYS);
    int month = 12 * first.getYear() + first.getMonthValue() - 1;
    month -= Math.floorMod(month, months);
    for (LocalDateTime date = beginning(month); seconds(date) <= to; date = beginning(month)) {
      if (seconds(date) >= from) {
        ticks.add(seconds(date));
      }
      month += months;
    }
    return ticks;
  }

  private static LocalDateTime beginning(int month) {
    return LocalDateTime.of(Math.floorDiv(month, 12), Math.floorMod(month, 12) + 1, 1, 0, 0);
  }

  static double seconds(LocalDateTime time) {
    return time.toEpochSecond(ZoneOffset.UTC) + time.getNano() * 1e-9;
  }

  private static LocalDateTime time(double seconds) {
    return LocalDateTime.ofInstant(
        Instant.ofEpochMilli(Math.round(seconds * 1000)), ZoneOffset.UTC);
  }

  /** Ticks with as many digits as tell them apart. */
  String label(double tick) {
    if (kind == Kind.CATEGORIES) {
      return categories.get((int) tick);
    }
    if (kind == Kind.DATES) {
      return date(tick);
    }
    double size = Math.abs(tick);
    if (size >= (kind == Kind.LOG ? 1e4 : 1e5) || (size != 0 && size < 1e-3)) {
      return String.format(Locale.ROOT, "%.1e", tick)
          .replace(".0e", "e")
          .replaceAll("e([+-])0", "e$1")
          .replace("e+", "e");
    }
    String text = String.format(Locale.ROOT, "%.6f", tick);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }

  private String date(double tick) {
    double range = Math.abs(high - low);
    String pattern =
        range > 6 * 365 * 86_400.0
            ? "yyyy"
            : range > 6 * SECONDS_OF_A_MONTH
                ? "yyyy-MM"
                : range > 6 * 86_400
                    ? "yyyy-MM-dd"
                    : range > 86_400 ? "MM-dd HH:mm" : range > 300 ? "HH:mm" : "HH:mm:ss";
    return time(tick).format(DateTimeFormatter.ofPattern(pattern, Locale.ROOT));
  }

  /** 1, 2 or 5 times a power of ten, near a rough distance. */
  static double niceStep(double rough) {
    double power = Math.pow(10, Math.floor(Math.log10(Math.max(rough, 1e-300))));
    double share = rough / power;
    return power * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10);
  }
}
