package dev.adder.report;

import dev.adder.adapter.DimensionSelection;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Axis;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.components.Marker;
import tech.tablesaw.plotly.components.Symbol;
import tech.tablesaw.plotly.traces.HeatmapTrace;
import tech.tablesaw.plotly.traces.ScatterTrace;

/** Which channels and states were chosen, and how much the warm-up wanted each to change. */
public final class SelectionHeatmap {

  private static final String CHOSEN = "#D55E00";

  private SelectionHeatmap() {}

  /**
   * The scores of one block: how far A_log moved in the warm-up, |G| by channel and state. Squares
   * mark what was chosen.
   *
   * @param selection of the block
   */
  public static Figure of(DimensionSelection selection) {
    float[][] scores = selection.scores();
    double[][] z = new double[scores[0].length][scores.length];
    for (int c = 0; c < scores.length; c++) {
      for (int n = 0; n < z.length; n++) {
        z[n][c] = Math.sqrt(scores[c][n]);
      }
    }
    List<int[]> chosen = new ArrayList<>();
    for (int i = 0; i < selection.channels().size(); i++) {
      for (int state : selection.states().get(i)) {
        chosen.add(new int[] {selection.channels().get(i), state});
      }
    }
    String title =
        "Block %d: change of A_log in the warm-up; chosen channels %s"
            .formatted(selection.layer(), selection.channels());
    return figure(title, "state", indices(z.length), z, chosen);
  }

  /**
   * All blocks in one figure: how far each channel of A_log moved in the warm-up, over its states.
   * Squares mark the chosen channels.
   *
   * @param selections one per block, of equally many channels
   */
  public static Figure of(List<DimensionSelection> selections) {
    double[][] z = new double[selections.size()][];
    Object[] blocks = new Object[selections.size()];
    List<int[]> chosen = new ArrayList<>();
    for (int i = 0; i < z.length; i++) {
      DimensionSelection selection = selections.get(i);
      blocks[i] = selection.layer();
      z[i] = channelNorms(selection.scores());
      selection.channels().forEach(channel -> chosen.add(new int[] {channel, selection.layer()}));
    }
    return figure(
        "Change of A_log in the warm-up, and the chosen channels", "block", blocks, z, chosen);
  }

  /** 2-norm over the states, by channel. */
  private static double[] channelNorms(float[][] scores) {
    double[] norms = new double[scores.length];
    for (int c = 0; c < norms.length; c++) {
      double sum = 0;
      for (float score : scores[c]) {
        sum += score;
      }
      norms[c] = Math.sqrt(sum);
    }
    return norms;
  }

  private static Object[] indices(int count) {
    return IntStream.range(0, count).boxed().toArray();
  }

  private static Figure figure(
      String title, String yTitle, Object[] rows, double[][] z, List<int[]> chosen) {
    Layout layout =
        Layout.builder(title)
            .xAxis(Axis.builder().title("channel").build())
            .yAxis(Axis.builder().title(yTitle).build())
            .showLegend(false)
            .width(760)
            .height(320)
            .build();
    HeatmapTrace heat = HeatmapTrace.builder(indices(z[0].length), rows, z).build();
    ScatterTrace marks =
        ScatterTrace.builder(
                chosen.stream().mapToDouble(at -> at[0]).toArray(),
                chosen.stream().mapToDouble(at -> at[1]).toArray())
            .marker(Marker.builder().symbol(Symbol.SQUARE).color(CHOSEN).size(7).build())
            .name("chosen")
            .build();
    return new Figure(layout, heat, marks);
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
