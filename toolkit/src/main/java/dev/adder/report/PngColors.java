package dev.adder.report;

import java.awt.Color;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Colours as figures name them. */
final class PngColors {

  /** Plotly's own scale for what is coloured by a number, and the one for heat maps of ours. */
  private static final List<String> VIRIDIS =
      List.of("#440154", "#414487", "#2A788E", "#22A884", "#7AD151", "#FDE725");

  private static final Pattern FUNCTION =
      Pattern.compile(
          "rgba?\\(\\s*(\\d+)\\s*,\\s*(\\d+)\\s*,\\s*(\\d+)\\s*(?:,\\s*([\\d.]+)\\s*)?\\)");

  /** The words of CSS that people write most. */
  private static final Map<String, Integer> WORDS =
      Map.ofEntries(
          Map.entry("black", 0x000000),
          Map.entry("blue", 0x0000FF),
          Map.entry("brown", 0xA52A2A),
          Map.entry("coral", 0xFF7F50),
          Map.entry("crimson", 0xDC143C),
          Map.entry("cyan", 0x00FFFF),
          Map.entry("darkblue", 0x00008B),
          Map.entry("darkgray", 0xA9A9A9),
          Map.entry("darkgreen", 0x006400),
          Map.entry("darkorange", 0xFF8C00),
          Map.entry("darkred", 0x8B0000),
          Map.entry("gold", 0xFFD700),
          Map.entry("gray", 0x808080),
          Map.entry("green", 0x008000),
          Map.entry("grey", 0x808080),
          Map.entry("indigo", 0x4B0082),
          Map.entry("lightblue", 0xADD8E6),
          Map.entry("lightgray", 0xD3D3D3),
          Map.entry("lightgreen", 0x90EE90),
          Map.entry("lime", 0x00FF00),
          Map.entry("magenta", 0xFF00FF),
          Map.entry("maroon", 0x800000),
          Map.entry("navy", 0x000080),
          Map.entry("olive", 0x808000),
          Map.entry("orange", 0xFFA500),
          Map.entry("pink", 0xFFC0CB),
          Map.entry("purple", 0x800080),
          Map.entry("red", 0xFF0000),
          Map.entry("royalblue", 0x4169E1),
          Map.entry("salmon", 0xFA8072),
          Map.entry("silver", 0xC0C0C0),
          Map.entry("skyblue", 0x87CEEB),
          Map.entry("steelblue", 0x4682B4),
          Map.entry("teal", 0x008080),
          Map.entry("tomato", 0xFF6347),
          Map.entry("turquoise", 0x40E0D0),
          Map.entry("violet", 0xEE82EE),
          Map.entry("white", 0xFFFFFF),
          Map.entry("yellow", 0xFFFF00));

  private PngColors() {}

  /** A colour of the palette; they come again after the last. */
  static Color ofPalette(int index) {
    return Color.decode(PlotlyJson.PALETTE.get(index % PlotlyJson.PALETTE.size()));
  }

  /** A colour in the words of CSS; empty if it is none. */
  static Optional<Color> of(@Nullable Object css) {
    String text = css instanceof String given ? given.strip().toLowerCase(Locale.ROOT) : "";
    Matcher function = FUNCTION.matcher(text);
    if (function.matches()) {
      float alpha = function.group(4) == null ? 1 : Float.parseFloat(function.group(4));
      return Optional.of(
          new Color(
              part(function.group(1)) / 255f,
              part(function.group(2)) / 255f,
              part(function.group(3)) / 255f,
              Math.min(1, alpha)));
    }
    if (text.matches("#[0-9a-f]{3}")) {
      text = text.replaceAll("([0-9a-f])", "$1$1");
    }
    return text.matches("#[0-9a-f]{6}")
        ? Optional.of(Color.decode(text))
        : Optional.ofNullable(WORDS.get(text)).map(Color::new);
  }

  private static int part(String digits) {
    return Math.min(255, Integer.parseInt(digits));
  }

  static Color withOpacity(Color color, double opacity) {
    int alpha = (int) Math.round(color.getAlpha() * Math.max(0, Math.min(1, opacity)));
    return new Color(color.getRed(), color.getGreen(), color.getBlue(), alpha);
  }

  /** The colour of a share of a heat map's range. */
  static Color ink(double share) {
    return between(PlotlyJson.INK_SCALE, share);
  }

  /** The colour of a share of the range of points that are coloured by a number. */
  static Color viridis(double share) {
    return between(VIRIDIS, share);
  }

  private static Color between(List<String> stops, double share) {
    double at = Math.max(0, Math.min(1, share)) * (stops.size() - 1);
    int from = Math.min((int) at, stops.size() - 2);
    Color a = Color.decode(stops.get(from));
    Color b = Color.decode(stops.get(from + 1));
    return new Color(
        mix(a.getRed(), b.getRed(), at - from),
        mix(a.getGreen(), b.getGreen(), at - from),
        mix(a.getBlue(), b.getBlue(), at - from));
  }

  private static int mix(int a, int b, double part) {
    return (int) Math.round(a + part * (b - a));
  }
}
