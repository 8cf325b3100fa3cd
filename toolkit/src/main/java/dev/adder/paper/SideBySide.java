package dev.adder.paper;

import dev.adder.PretrainedModel;
import dev.adder.StepForecast;
import dev.adder.report.ErrorBarTrace;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Axis;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Layout;

/** Methods of different kinds side by side: what each costs, and what it comes to. */
public final class SideBySide {

  private static final String COLOR = "#0072B2";

  private final Grid grid;
  private final List<Comparison.Line> lines;

  SideBySide(Grid grid, List<Comparison.Line> lines) {
    this.grid = grid;
    this.lines = List.copyOf(lines);
  }

  /**
   * Method, trained parameters and their share, chosen rate, scores; the best first. The strict
   * score counts answers outside of the classes as wrong, where the released convention leaves them
   * out.
   */
  public Table scores() {
    StringColumn method = StringColumn.create("method");
    LongColumn trained = LongColumn.create("trained");
    DoubleColumn share = DoubleColumn.create("trained %");
    DoubleColumn rate = DoubleColumn.create("rate");
    DoubleColumn validation = DoubleColumn.create("validation");
    DoubleColumn test = DoubleColumn.create("test");
    DoubleColumn strict = DoubleColumn.create("test, strict");
    for (Comparison.Line line : ranked()) {
      method.append(line.row().name());
      trained.append(line.chosen().get(0).trainedParameters());
      share.append(share(line));
      rate.append(line.learningRate());
      validation.append(line.validation());
      test.append(line.test());
      strict.append(strict(line));
    }
    return Table.create(grid.title(), method, trained, share, rate, validation, test, strict);
  }

  /**
   * What a step costs: parameters, memory beside the model, time. Nothing is trained for it.
   *
   * @param batch sequences
   * @param length tokens of each
   */
  public Table costs(PretrainedModel model, int batch, int length) {
    StringColumn method = StringColumn.create("method");
    LongColumn trained = LongColumn.create("trained");
    DoubleColumn optimizer = DoubleColumn.create("optimizer KB");
    DoubleColumn activations = DoubleColumn.create("activations MB");
    DoubleColumn memory = DoubleColumn.create("all beside the model MB");
    DoubleColumn time = DoubleColumn.create("ms per step");
    for (Grid.Row row : grid.rows()) {
      StepForecast forecast = model.adapt(row.method()).forecast(batch, length);
      method.append(row.name());
      trained.append(model.adapt(row.method()).trainedParameters());
      optimizer.append(forecast.memory().optimizerBytes() / 1024.0);
      activations.append(forecast.memory().activationBytes() / (double) (1 << 20));
      memory.append(forecast.memory().neededBytes() / (double) (1 << 20));
      time.append(1000 * forecast.seconds().orElse(Double.NaN));
    }
    return Table.create(
        "A step on %d sequences of %d tokens".formatted(batch, length),
        method,
        trained,
        optimizer,
        activations,
        memory,
        time);
  }

  /** Strict test score against the share of trained parameters. */
  public Figure plot() {
    Layout layout =
        Layout.builder(grid.title())
            .xAxis(
                Axis.builder()
                    .title("trained parameters (% of all, logarithmic)")
                    .type(Axis.Type.LOG)
                    .build())
            .yAxis(Axis.builder().title("test score, strict").build())
            .width(760)
            .height(440)
            .build();
    return new Figure(
        layout,
        ErrorBarTrace.of(
            "methods",
            COLOR,
            lines.stream().map(line -> line.row().name()).toArray(String[]::new),
            lines.stream().mapToDouble(SideBySide::share).toArray(),
            lines.stream().mapToDouble(SideBySide::strict).toArray(),
            lines.stream().mapToDouble(Comparison.Line::spread).toArray()));
  }

  /** What came out, in two sentences. */
  public String finding() {
    List<Comparison.Line> ranked = ranked();
    Comparison.Line worst = ranked.get(ranked.size() - 1);
    return String.format(
        Locale.ROOT,
        "Best on the test split, by the strict score: %s. Last: %s, %.3f. Answers of one of two classes at random come to 0.5. One seed each, so that a few hundredths tell nothing.",
        ranked.stream()
            .limit(3)
            .map(line -> String.format(Locale.ROOT, "%s, %.3f", line.row().name(), strict(line)))
            .collect(Collectors.joining("; ")),
        worst.row().name(),
        strict(worst));
  }

  private List<Comparison.Line> ranked() {
    return lines.stream()
        .sorted(Comparator.comparingDouble(SideBySide::strict).reversed())
        .toList();
  }

  private static double strict(Comparison.Line line) {
    return line.chosen().stream().mapToDouble(CellResult::testStrict).average().orElseThrow();
  }

  private static double share(Comparison.Line line) {
    CellResult any = line.chosen().get(0);
    return 100.0 * any.trainedParameters() / any.totalParameters();
  }
}
