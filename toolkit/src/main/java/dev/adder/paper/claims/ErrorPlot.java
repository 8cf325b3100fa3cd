package dev.adder.paper.claims;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import tech.tablesaw.plotly.components.Axis;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.components.Line;
import tech.tablesaw.plotly.components.Marker;
import tech.tablesaw.plotly.traces.ScatterTrace;
import tech.tablesaw.plotly.traces.Trace;

/** Errors of all trials against their size on a logarithmic scale, the bound, and the controls. */
final class ErrorPlot {

  /** Where an error of exactly 0 is drawn. */
  private static final double ZERO = 1e-17;

  private static final String TRIALS = "#0072B2";
  private static final String CONTROLS = "#D55E00";
  private static final String BOUND = "#7A7A7A";

  private final Statement statement;
  private final String axis;
  private final Bound bound;
  private final List<Trial> trials;
  private final List<Control> controls;

  ErrorPlot(
      Statement statement, String axis, Bound bound, List<Trial> trials, List<Control> controls) {
    this.statement = statement;
    this.axis = axis;
    this.bound = bound;
    this.trials = trials;
    this.controls = controls;
  }

  Figure figure() {
    List<Trace> traces = new ArrayList<>();
    double[] sizes = sizes();
    double[] errors = trials.stream().mapToDouble(Trial::error).toArray();
    traces.add(points("trials", sizes, errors, TRIALS));
    double low = IntStream.range(0, sizes.length).mapToDouble(i -> sizes[i]).min().orElseThrow();
    double high = IntStream.range(0, sizes.length).mapToDouble(i -> sizes[i]).max().orElseThrow();
    double margin = Math.max(0.5, (high - low) / 10);
    if (!controls.isEmpty()) {
      // One column for each control, right of the trials.
      List<Double> x = new ArrayList<>();
      List<Double> y = new ArrayList<>();
      for (int c = 0; c < controls.size(); c++) {
        for (double error : controls.get(c).errors()) {
          x.add(high + margin * (c + 1));
          y.add(error);
        }
      }
      traces.add(points("controls, in order", array(x), array(y), CONTROLS));
    }
    double end = high + margin * (controls.size() + 1);
    traces.add(
        ScatterTrace.builder(
                new double[] {low - margin, end}, new double[] {bound.value(), bound.value()})
            .mode(ScatterTrace.Mode.LINE)
            .line(Line.builder().color(BOUND).width(1.5).build())
            .name("bound: " + bound)
            .build());
    Layout layout =
        Layout.builder(statement.id() + ": error against " + axis)
            .xAxis(Axis.builder().title(axis).build())
            .yAxis(Axis.builder().title("error (0 is drawn at 1e-17)").type(Axis.Type.LOG).build())
            .width(760)
            .height(420)
            .build();
    return new Figure(layout, traces.toArray(new Trace[0]));
  }

  /** The trials' sizes, those of one size spread a little so that points do not hide each other. */
  private double[] sizes() {
    double[] x = trials.stream().mapToDouble(trial -> trial.sizes().get(axis)).toArray();
    double step = closest(x);
    for (int i = 0; i < x.length; i++) {
      x[i] += step * 0.3 * ((i * 0.6180339887 % 1) - 0.5);
    }
    return x;
  }

  private static double closest(double[] x) {
    double[] values =
        IntStream.range(0, x.length).mapToDouble(i -> x[i]).distinct().sorted().toArray();
    double step = values.length < 2 ? 1 : Double.POSITIVE_INFINITY;
    for (int i = 1; i < values.length; i++) {
      step = Math.min(step, values[i] - values[i - 1]);
    }
    return step;
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static ScatterTrace points(String name, double[] x, double[] errors, String color) {
    double[] y =
        IntStream.range(0, errors.length).mapToDouble(i -> Math.max(ZERO, errors[i])).toArray();
    return ScatterTrace.builder(x, y)
        .mode(ScatterTrace.Mode.MARKERS)
        .marker(Marker.builder().color(color).size(5).opacity(0.6).build())
        .name(name)
        .build();
  }
}
