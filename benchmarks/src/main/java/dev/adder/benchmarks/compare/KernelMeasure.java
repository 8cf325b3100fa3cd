package dev.adder.benchmarks.compare;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What is measured of a kernel, as a client sees it, and how much of it is allowed. */
enum KernelMeasure {
  READY("from the start of the process to its first answer", "s", 1.2),
  FIRST_OUTPUT("from the start of the process to the first cell's output", "s", 2),
  CELL("a later cell 1 + 1, to its end", "ms", 0.05),
  COMPLETION("a completion", "ms", 0.05),
  LINES("20,000 lines of output, to the end of the cell", "s", 0.5),
  MEMORY("resident memory with libtorch in use, all processes", "MB", 260);

  private final String meaning;
  private final String unit;
  private final double limit;

  KernelMeasure(String meaning, String unit, double limit) {
    this.meaning = meaning;
    this.unit = unit;
    this.limit = limit;
  }

  String meaning() {
    return meaning;
  }

  /** The largest value allowed for ours: seconds or megabytes. */
  double limit() {
    return limit;
  }

  /** A value with its unit. */
  String text(double value) {
    return switch (unit) {
      case "ms" -> String.format(Locale.ROOT, "%.1f ms", value * 1000);
      case "s" -> String.format(Locale.ROOT, "%.2f s", value);
      default -> String.format(Locale.ROOT, "%.0f MB", value);
    };
  }

  @JsonValue
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
