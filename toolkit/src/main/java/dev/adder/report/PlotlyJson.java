package dev.adder.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tech.tablesaw.plotly.components.Figure;

/**
 * A Tablesaw figure as Plotly's JSON, which front ends draw live.
 *
 * <p>Tablesaw writes JavaScript: object literals with trailing commas, numbers as strings, titles
 * as plain strings, and HTML entities inside them. Plotly from version 3 on wants titles as {text};
 * version 2 takes them as well. Entities that Plotly reads as what they stand for ({@code &lt;},
 * {@code &gt;}, {@code &amp;}) stay, so that a label is never taken for markup.
 */
public final class PlotlyJson {

  /** Colours that most kinds of colour blindness keep apart (Okabe and Ito). */
  static final List<String> PALETTE =
      List.of("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A7A7A");

  /** Heat maps go from white through blue to dark, like paper that takes ink. */
  static final List<String> INK_SCALE = List.of("#F7FBFF", "#6BAED6", "#08306B");

  private static final Pattern ASSIGNMENT = Pattern.compile("var (layout|trace\\d+)\\s*=\\s*");
  private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?");

  private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

  /** Keys whose values are words, even where the words look like numbers. */
  private static final Set<String> WORDS =
      Set.of("name", "text", "ticktext", "hovertext", "ids", "legendgroup", "title");

  private static final ObjectMapper LENIENT =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
          .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
          .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
          .build();

  private PlotlyJson() {}

  /** The figure as {@code data} (a list of traces) and {@code layout}. */
  public static Map<String, Object> of(Figure figure) {
    String script = figure.asJavascript("figure");
    Map<String, Object> layout = new LinkedHashMap<>();
    List<Object> traces = new ArrayList<>();
    Matcher matcher = ASSIGNMENT.matcher(script);
    int from = 0;
    while (matcher.find(from)) {
      int end = endOfObject(script, matcher.end());
      Map<String, Object> value = parse(script.substring(matcher.end(), end));
      if (matcher.group(1).equals("layout")) {
        layout.putAll(value);
      } else {
        traces.add(withInk(value));
      }
      from = end;
    }
    layout.putIfAbsent("colorway", PALETTE);
    layout.putIfAbsent("hovermode", "closest");
    layout.forEach((key, value) -> readable(key, value));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("data", traces);
    json.put("layout", layout);
    return json;
  }

  /** Axes that make room for their labels, and 10⁻⁴ rather than 100µ. */
  @SuppressWarnings("unchecked")
  private static void readable(String key, Object value) {
    if (key.matches("[xy]axis\\d*") && value instanceof Map) {
      Map<String, Object> axis = (Map<String, Object>) value;
      axis.putIfAbsent("automargin", true);
      axis.putIfAbsent("exponentformat", "power");
    }
  }

  private static Map<String, Object> withInk(Map<String, Object> trace) {
    if (Set.of("heatmap", "contour", "histogram2d").contains(trace.getOrDefault("type", ""))) {
      trace.putIfAbsent(
          "colorscale",
          List.of(
              List.of(0.0, INK_SCALE.get(0)),
              List.of(0.5, INK_SCALE.get(1)),
              List.of(1.0, INK_SCALE.get(2))));
    }
    return trace;
  }

  /** A label without entities, for where it is not Plotly that shows it. */
  public static String plain(String label) {
    return label.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
  }

  /** Index behind the object literal that begins here. */
  private static int endOfObject(String script, int start) {
    int depth = 0;
    char quote = 0;
    for (int i = start; i < script.length(); i++) {
      char c = script.charAt(i);
      if (quote != 0) {
        if (c == '\\') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '{') {
        depth++;
      } else if (c == '}' && --depth == 0) {
        return i + 1;
      }
    }
    throw new IllegalArgumentException(
        "The figure's script has an object without an end; Tablesaw's form has changed.");
  }

  private static Map<String, Object> parse(String literal) {
    try {
      Map<String, Object> object = LENIENT.readValue(literal, new TypeReference<>() {});
      return clean(object);
    } catch (JsonProcessingException unknown) {
      throw new IllegalArgumentException(
          "The figure's script is not understood: " + unknown.getOriginalMessage(), unknown);
    }
  }

  private static Map<String, Object> clean(Map<String, Object> object) {
    Map<String, Object> cleaned = new LinkedHashMap<>();
    object.forEach((key, value) -> cleaned.put(key, cleanValue(key, value)));
    if (cleaned.get("title") instanceof String text) {
      Map<String, Object> title = new LinkedHashMap<>();
      title.put("text", text);
      Object font = cleaned.remove("titlefont");
      if (font != null) {
        title.put("font", font);
      }
      cleaned.put("title", title);
    }
    return cleaned;
  }

  @SuppressWarnings("unchecked")
  private static @Nullable Object cleanValue(String key, @Nullable Object value) {
    if (value instanceof Map) {
      return clean((Map<String, Object>) value);
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> cleaned = new ArrayList<>();
      list.forEach(item -> cleaned.add(cleanValue("text", item)));
      return WORDS.contains(key) ? cleaned : numbers(cleaned);
    }
    if (value instanceof Double number && !Double.isFinite(number)) {
      return null;
    }
    if (value instanceof String text) {
      String clean = text.replace("&quot;", "\"").replace("&#39;", "'");
      return !WORDS.contains(key) && NUMBER.matcher(clean).matches()
          ? Double.valueOf(clean)
          : clean;
    }
    return value;
  }

  /** Quoted numbers as numbers, if all of a list are; what is no finite number is missing. */
  private static List<@Nullable Object> numbers(List<@Nullable Object> list) {
    List<@Nullable Object> numbers = new ArrayList<>();
    for (Object item : list) {
      if (item instanceof String text && NUMBER.matcher(text).matches()) {
        numbers.add(Double.valueOf(text));
      } else if (item instanceof String text && NOT_FINITE.contains(text)) {
        numbers.add(null);
      } else {
        return list;
      }
    }
    return numbers;
  }
}
