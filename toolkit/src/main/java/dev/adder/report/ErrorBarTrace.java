package dev.adder.report;

import java.util.Arrays;
import java.util.stream.Collectors;
import tech.tablesaw.plotly.components.HoverLabel;
import tech.tablesaw.plotly.components.Marker;
import tech.tablesaw.plotly.traces.ScatterTrace;
import tech.tablesaw.plotly.traces.Trace;

/** Points with vertical error bars, which Tablesaw's own scatter trace does not have. */
public final class ErrorBarTrace implements Trace {

  private final ScatterTrace points;
  private final double[] spread;
  private final String color;

  private ErrorBarTrace(ScatterTrace points, double[] spread, String color) {
    this.points = points;
    this.spread = spread;
    this.color = color;
  }

  /**
   * @param name for the legend
   * @param color as #rrggbb
   * @param labels one per point, shown where the pointer is
   * @param x one per point
   * @param y one per point
   * @param spread half the length of each bar; 0 for none
   */
  public static ErrorBarTrace of(
      String name, String color, String[] labels, double[] x, double[] y, double[] spread) {
    if (x.length != y.length || x.length != spread.length || x.length != labels.length) {
      throw new IllegalArgumentException(
          "Points with error bars need as many x, y, spreads and labels; given %d, %d, %d and %d."
              .formatted(x.length, y.length, spread.length, labels.length));
    }
    ScatterTrace points =
        ScatterTrace.builder(x, y)
            .marker(Marker.builder().color(color).size(11).build())
            .text(labels)
            .name(name)
            .build();
    return new ErrorBarTrace(points, spread.clone(), color);
  }

  @Override
  public String asJavascript(int index) {
    String script = points.asJavascript(index);
    String array =
        Arrays.stream(spread).mapToObj(Double::toString).collect(Collectors.joining(", "));
    String bars =
        "error_y: {type: 'data', array: [%s], visible: true, color: '%s', thickness: 1.5, width: 5},\n"
            .formatted(array, color);
    int end = script.lastIndexOf('}');
    return script.substring(0, end) + bars + script.substring(end);
  }

  @Override
  public String name() {
    return points.name();
  }

  @Override
  public HoverLabel hoverLabel() {
    return points.hoverLabel();
  }

  @Override
  public boolean showLegend() {
    return points.showLegend();
  }
}
