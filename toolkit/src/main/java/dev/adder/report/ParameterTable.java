package dev.adder.report;

import dev.adder.adapter.TargetReport;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** What an adaptation trains and what stays frozen. */
public final class ParameterTable {

  private ParameterTable() {}

  /** One row per weight or adapted part of a weight. */
  public static Table of(TargetReport report) {
    StringColumn tensor = StringColumn.create("tensor");
    StringColumn shape = StringColumn.create("shape");
    StringColumn update = StringColumn.create("update");
    LongColumn trained = LongColumn.create("trained");
    LongColumn frozen = LongColumn.create("frozen");
    DoubleColumn share = DoubleColumn.create("trained %");
    DoubleColumn gradient = DoubleColumn.create("gradient norm");
    for (TargetReport.Row row : report.rows()) {
      tensor.append(row.tensor());
      shape.append(row.shape().stream().map(String::valueOf).collect(Collectors.joining(" × ")));
      update.append(row.update().isEmpty() ? "frozen" : row.update());
      trained.append(row.trained());
      frozen.append(row.frozen());
      share.append(percent(row.trained(), row.frozen()));
      if (row.gradient().isPresent()) {
        gradient.append(row.gradient().getAsDouble());
      } else {
        gradient.appendMissing();
      }
    }
    return Table.create(report.method(), tensor, shape, update, trained, frozen, share, gradient);
  }

  /** One row per kind of weight, over all blocks, and a total. */
  public static Table summary(TargetReport report) {
    Map<String, long[]> kinds = new LinkedHashMap<>();
    Map<String, String> updates = new LinkedHashMap<>();
    for (TargetReport.Row row : report.rows()) {
      String kind = row.tensor().replaceAll("^backbone\\.(layers\\.\\d+\\.(mixer\\.)?)?", "");
      long[] sums = kinds.computeIfAbsent(kind, key -> new long[3]);
      sums[0]++;
      sums[1] += row.trained();
      sums[2] += row.frozen();
      updates.put(kind, row.update().isEmpty() ? "frozen" : row.update());
    }
    StringColumn weight = StringColumn.create("weight");
    StringColumn update = StringColumn.create("update");
    IntColumn count = IntColumn.create("tensors");
    LongColumn trained = LongColumn.create("trained");
    LongColumn frozen = LongColumn.create("frozen");
    DoubleColumn share = DoubleColumn.create("trained %");
    kinds.forEach(
        (kind, sums) -> {
          weight.append(kind);
          update.append(updates.get(kind));
          count.append((int) sums[0]);
          trained.append(sums[1]);
          frozen.append(sums[2]);
          share.append(percent(sums[1], sums[2]));
        });
    weight.append("all");
    update.append(report.method());
    count.append(report.rows().size());
    trained.append(report.trained());
    frozen.append(report.frozen());
    share.append(percent(report.trained(), report.frozen()));
    return Table.create(report.method(), weight, update, count, trained, frozen, share);
  }

  private static double percent(long trained, long frozen) {
    return trained == 0 ? 0 : 100.0 * trained / (trained + frozen);
  }
}
