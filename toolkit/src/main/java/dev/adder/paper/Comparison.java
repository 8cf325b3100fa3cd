package dev.adder.paper;

import dev.adder.adapter.SdLora;
import dev.adder.report.ErrorBarTrace;
import java.util.ArrayList;
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
import tech.tablesaw.plotly.components.Marker;
import tech.tablesaw.plotly.traces.ScatterTrace;
import tech.tablesaw.plotly.traces.Trace;

/**
 * The results of a grid, method beside method: each at the learning rate that is best on
 * validation, in the mean over its seeds.
 */
public final class Comparison {

  private static final String LORA = "#0072B2";
  private static final String SDLORA = "#D55E00";

  private final Grid grid;
  private final List<CellResult> cells;
  private final List<ReportedNumber> reported;

  /**
   * @param cells of the grid, in any order
   */
  public Comparison(Grid grid, List<CellResult> cells) {
    this(grid, cells, List.of());
  }

  private Comparison(Grid grid, List<CellResult> cells, List<ReportedNumber> reported) {
    this.grid = grid;
    this.cells = List.copyOf(cells);
    this.reported = List.copyOf(reported);
  }

  /**
   * Shows the paper's numbers beside ours, each with how it is known; a row whose number is unknown
   * has an empty field.
   *
   * @param numbers one per row of the grid, by the row's id; others are not shown
   */
  public Comparison beside(ReportedNumbers numbers) {
    return new Comparison(grid, cells, numbers.all());
  }

  private String paper(Line line) {
    return reported.stream()
        .filter(number -> number.row().equals(line.row().id()))
        .map(ReportedNumber::shown)
        .collect(Collectors.joining(", "));
  }

  /** Every cell. */
  public List<CellResult> cells() {
    return cells;
  }

  /**
   * One method at its best learning rate.
   *
   * @param row of the grid
   * @param learningRate best by mean validation score; the smaller of equals
   * @param chosen its cells, one per seed
   */
  public record Line(Grid.Row row, double learningRate, List<CellResult> chosen) {

    public double validation() {
      return chosen.stream().mapToDouble(CellResult::validation).average().orElseThrow();
    }

    /** Mean test score over the seeds. */
    public double test() {
      return chosen.stream().mapToDouble(CellResult::test).average().orElseThrow();
    }

    /** Sample standard deviation of the test score over the seeds; 0 for one seed. */
    public double spread() {
      double mean = test();
      double squares =
          chosen.stream().mapToDouble(c -> (c.test() - mean) * (c.test() - mean)).sum();
      return chosen.size() < 2 ? 0 : Math.sqrt(squares / (chosen.size() - 1));
    }

    public double seconds() {
      return chosen.stream().mapToDouble(c -> c.run().seconds()).average().orElseThrow();
    }

    boolean sparse() {
      return row.method() instanceof SdLora;
    }
  }

  /** The methods in the order of the grid. */
  public List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    for (Grid.Row row : grid.rows()) {
      grid.quick().learningRates().stream()
          .sorted()
          .map(
              rate ->
                  new Line(
                      row,
                      rate,
                      cells.stream()
                          .filter(c -> c.row().equals(row.id()) && c.learningRate() == rate)
                          .toList()))
          .filter(line -> !line.chosen().isEmpty())
          .max(
              Comparator.comparingDouble(Line::validation)
                  .thenComparing(Comparator.comparingDouble(Line::learningRate).reversed()))
          .ifPresent(lines::add);
    }
    return lines;
  }

  /** The same results for methods of different kinds. */
  public SideBySide sideBySide() {
    return new SideBySide(grid, lines());
  }

  /** Method, trained parameters and their share, chosen rate, score with spread, time. */
  public Table table() {
    StringColumn method = StringColumn.create("method");
    LongColumn trained = LongColumn.create("trained");
    DoubleColumn share = DoubleColumn.create("trained %");
    DoubleColumn rate = DoubleColumn.create("rate");
    DoubleColumn validation = DoubleColumn.create("validation");
    StringColumn test = StringColumn.create("test (mean ± sd)");
    DoubleColumn seconds = DoubleColumn.create("seconds");
    StringColumn paper = StringColumn.create("paper");
    for (Line line : lines()) {
      CellResult any = line.chosen().get(0);
      method.append(line.row().name());
      trained.append(any.trainedParameters());
      share.append(100.0 * any.trainedParameters() / any.totalParameters());
      rate.append(line.learningRate());
      validation.append(line.validation());
      test.append(String.format(Locale.ROOT, "%.3f ± %.3f", line.test(), line.spread()));
      seconds.append(line.seconds());
      paper.append(paper(line));
    }
    Table table =
        Table.create(grid.title(), method, trained, share, rate, validation, test, seconds);
    return reported.isEmpty() ? table : table.addColumns(paper);
  }

  /** Every rate of every method: mean validation score over the seeds. */
  public Table rates() {
    StringColumn method = StringColumn.create("method");
    List<DoubleColumn> columns = new ArrayList<>();
    for (double rate : grid.quick().learningRates()) {
      columns.add(DoubleColumn.create("rate " + rate));
    }
    for (Grid.Row row : grid.rows()) {
      method.append(row.name());
      for (int i = 0; i < columns.size(); i++) {
        double rate = grid.quick().learningRates().get(i);
        columns
            .get(i)
            .append(
                cells.stream()
                    .filter(c -> c.row().equals(row.id()) && c.learningRate() == rate)
                    .mapToDouble(CellResult::validation)
                    .average()
                    .orElse(Double.NaN));
      }
    }
    Table table = Table.create("Mean validation score by learning rate", method);
    columns.forEach(table::addColumns);
    return table;
  }

  /**
   * Test score against the share of trained parameters: small points are seeds, large ones means
   * with their standard deviation.
   */
  public Figure plot() {
    List<Trace> traces = new ArrayList<>();
    for (boolean sparse : new boolean[] {false, true}) {
      List<Line> group = lines().stream().filter(l -> l.sparse() == sparse).toList();
      if (!group.isEmpty()) {
        traces.add(seeds(group, sparse));
        traces.add(means(group, sparse));
      }
    }
    Layout layout =
        Layout.builder(grid.title())
            .xAxis(Axis.builder().title("trained parameters (% of all)").build())
            .yAxis(Axis.builder().title("test score").build())
            .width(760)
            .height(440)
            .build();
    return new Figure(layout, traces.toArray(new Trace[0]));
  }

  private static Trace seeds(List<Line> group, boolean sparse) {
    double[] x =
        group.stream().flatMap(l -> l.chosen().stream()).mapToDouble(Comparison::share).toArray();
    double[] y =
        group.stream().flatMap(l -> l.chosen().stream()).mapToDouble(CellResult::test).toArray();
    return ScatterTrace.builder(x, y)
        .marker(Marker.builder().color(sparse ? SDLORA : LORA).size(6).build())
        .opacity(0.45)
        .name(sparse ? "SDLoRA, seeds" : "LoRA, seeds")
        .build();
  }

  private static Trace means(List<Line> group, boolean sparse) {
    return ErrorBarTrace.of(
        sparse ? "SDLoRA, mean ± sd" : "LoRA, mean ± sd",
        sparse ? SDLORA : LORA,
        group.stream().map(l -> l.row().name()).toArray(String[]::new),
        group.stream().mapToDouble(l -> share(l.chosen().get(0))).toArray(),
        group.stream().mapToDouble(Line::test).toArray(),
        group.stream().mapToDouble(Line::spread).toArray());
  }

  private static double share(CellResult cell) {
    return 100.0 * cell.trainedParameters() / cell.totalParameters();
  }

  /** What came out, in a sentence, whichever way it came out. */
  public String finding() {
    Line lora = best(false);
    Line sdlora = best(true);
    double difference = sdlora.test() - lora.test();
    double noise = Math.max(1e-9, Math.max(sdlora.spread(), lora.spread()));
    String verdict =
        Math.abs(difference) < noise
            ? "The difference is smaller than the spread over seeds: this experiment does not tell them"
                + " apart."
            : difference > 0
                ? "As in the paper, SDLoRA comes out ahead."
                : "Against the paper, LoRA comes out ahead.";
    return String.format(
        Locale.ROOT,
        "Best SDLoRA row: %s, %.3f ± %.3f. Best LoRA row: %s, %.3f ± %.3f. %s",
        sdlora.row().name(),
        sdlora.test(),
        sdlora.spread(),
        lora.row().name(),
        lora.test(),
        lora.spread(),
        verdict);
  }

  /** The group's row with the best mean validation score. */
  private Line best(boolean sparse) {
    return lines().stream()
        .filter(l -> l.sparse() == sparse)
        .max(Comparator.comparingDouble(Line::validation))
        .orElseThrow(() -> new IllegalStateException("The grid has no such rows."));
  }
}
