package dev.adder.report;

import dev.adder.training.TrainingLog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.components.Line;
import tech.tablesaw.plotly.traces.ScatterTrace;
import tech.tablesaw.plotly.traces.Trace;

/** The training loss over the steps: faint as it was, strong as a running mean. */
public final class LossPlot {

  private LossPlot() {}

  /**
   * One curve per run.
   *
   * @throws IllegalArgumentException if there is no run, or a run without a step
   */
  public static Figure of(TrainingLog... logs) {
    if (logs.length == 0 || Arrays.stream(logs).anyMatch(log -> log.steps().isEmpty())) {
      throw new IllegalArgumentException(
          "A loss plot needs training logs with at least one step each; given %d logs of %s steps."
              .formatted(logs.length, Arrays.stream(logs).map(log -> log.steps().size()).toList()));
    }
    List<Trace> traces = new ArrayList<>();
    // What is faint first, so that it lies behind.
    for (int i = 0; i < logs.length; i++) {
      traces.add(
          ScatterTrace.builder(steps(logs[i]), losses(logs[i]))
              .mode(ScatterTrace.Mode.LINE)
              .line(line(i, 1))
              .opacity(0.3)
              .showLegend(false)
              .build());
    }
    for (int i = 0; i < logs.length; i++) {
      traces.add(
          ScatterTrace.builder(steps(logs[i]), smooth(losses(logs[i])))
              .mode(ScatterTrace.Mode.LINE)
              .line(line(i, 2))
              .name(logs[i].phase())
              .build());
    }
    Layout layout =
        Layout.builder("Training loss", "step", "cross-entropy (nats)")
            .width(760)
            .height(400)
            .build();
    return new Figure(layout, traces.toArray(new Trace[0]));
  }

  private static double[] steps(TrainingLog log) {
    return log.steps().stream().mapToDouble(TrainingLog.Step::step).toArray();
  }

  private static double[] losses(TrainingLog log) {
    return log.steps().stream().mapToDouble(TrainingLog.Step::loss).toArray();
  }

  private static Line line(int run, double width) {
    String color = PlotlyJson.PALETTE.get(run % PlotlyJson.PALETTE.size());
    return Line.builder().color(color).width(width).build();
  }

  /** Mean over a window of a twentieth of the run, centred. */
  static double[] smooth(double[] values) {
    int reach = Math.max(1, values.length / 40);
    double[] smooth = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      int from = Math.max(0, i - reach);
      int to = Math.min(values.length, i + reach + 1);
      double sum = 0;
      for (int j = from; j < to; j++) {
        sum += values[j];
      }
      smooth[i] = sum / (to - from);
    }
    return smooth;
  }
}
