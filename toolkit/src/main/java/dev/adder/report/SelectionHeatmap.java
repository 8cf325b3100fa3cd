package dev.adder.report;

import dev.adder.adapter.DimensionSelection;
import java.util.List;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Axis;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.traces.HeatmapTrace;

/** Which channels and states were chosen, and how much the warm-up wanted each to change. */
public final class SelectionHeatmap {

  private SelectionHeatmap() {}

  /**
   * The scores of one block: how far A_log moved in the warm-up, |G| by channel and state.
   *
   * @param selection of the block
   */
  public static Figure of(DimensionSelection selection) {
    float[][] scores = selection.scores();
    int channels = scores.length;
    int states = scores[0].length;
    Object[] columns = new Object[channels];
    Object[] rows = new Object[states];
    // One row of z per state.
    double[][] z = new double[states][channels];
    for (int n = 0; n < states; n++) {
      rows[n] = n;
      for (int c = 0; c < channels; c++) {
        columns[c] = c;
        z[n][c] = Math.sqrt(scores[c][n]);
      }
    }
    String title =
        "Block %d: change of A_log in the warm-up; chosen channels %s"
            .formatted(selection.layer(), selection.channels());
    Layout layout =
        Layout.builder(title)
            .xAxis(Axis.builder().title("channel").build())
            .yAxis(Axis.builder().title("state").build())
            .width(760)
            .height(320)
            .build();
    return new Figure(layout, HeatmapTrace.builder(columns, rows, z).build());
  }

  /** The choices of all blocks: one row per chosen channel, best first. */
  public static Table table(List<DimensionSelection> selections) {
    IntColumn block = IntColumn.create("block");
    IntColumn channel = IntColumn.create("channel");
    StringColumn states = StringColumn.create("states of A_log");
    for (DimensionSelection selection : selections) {
      for (int i = 0; i < selection.channels().size(); i++) {
        block.append(selection.layer());
        channel.append(selection.channels().get(i));
        states.append(selection.states().get(i).toString());
      }
    }
    return Table.create("Chosen channels and states", block, channel, states);
  }
}
