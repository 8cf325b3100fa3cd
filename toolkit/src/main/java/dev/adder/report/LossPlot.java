package dev.adder.report;

import dev.adder.training.TrainingLog;
import java.util.ArrayList;
import java.util.List;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.components.Line;
import tech.tablesaw.plotly.traces.ScatterTrace;
import tech.tablesaw.plotly.traces.Trace;

/** The training loss over the steps: faint as it was, strong as a running mean. */
public final class LossPlot {

  private LossPlot() {}

  public static Figure of(TrainingLog... logs) {
    List<Trace> traces = new ArrayList<>();
    for (int i = 0; i < logs.length; i++) {
      String color = PlotlyJson.PALETTE.get(i % PlotlyJson.PALETTE.size());
      double[] steps = logs[i].steps().stream().mapToDouble(TrainingLog.Step::step).toArray();
      double[] losses = logs[i].steps().stream().mapToDouble(TrainingLog.Step::loss).toArray();
      Line line = Line.builder().color(color).build();
      traces.add(
          ScatterTrace.builder(steps, losses)
              .mode(ScatterTrace.Mode.LINE)
              .line(line)
              .opacity(0.3)
              .showLegend(false)
              .build());
      traces.add(
          ScatterTrace.builder(steps, smooth(losses))
              .mode(ScatterTrace.Mode.LINE)
              .line(line)
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

  /** Mean over a window of a twentieth of the run, centred. */
  private static double[] smooth(double[] values) {
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
