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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tech.tablesaw.plotly.components.Figure;

/**
 * A Tablesaw figure as Plotly's JSON, which front ends draw live.
 *
 * <p>Tablesaw writes JavaScript: object literals with trailing commas, numbers as strings, titles
 * as plain strings, and HTML entities inside them. Current Plotly wants titles as {text} and
 * numbers as numbers.
 */
public final class PlotlyJson {

  /** Colours that most kinds of colour blindness keep apart (Okabe and Ito). */
  static final List<String> PALETTE =
      List.of("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000");

  private static final Pattern ASSIGNMENT = Pattern.compile("var (layout|trace\\d+)\\s*=\\s*");
  private static final ObjectMapper LENIENT =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
          .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
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
        traces.add(value);
      }
      from = end;
    }
    layout.put("colorway", PALETTE);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("data", traces);
    json.put("layout", layout);
    return json;
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
    object.forEach(
        (key, value) -> {
          Object clean = cleanValue(value);
          cleaned.put(
              key, key.equals("title") && clean instanceof String ? Map.of("text", clean) : clean);
        });
    return cleaned;
  }

  @SuppressWarnings("unchecked")
  private static Object cleanValue(Object value) {
    if (value instanceof Map) {
      return clean((Map<String, Object>) value);
    }
    if (value instanceof List<?> list) {
      List<Object> cleaned = new ArrayList<>();
      list.forEach(item -> cleaned.add(cleanValue(item)));
      return numbers(cleaned);
    }
    return value instanceof String text ? unescape(text) : value;
  }

  /** Quoted numbers as numbers, if all of a list are. */
  private static List<Object> numbers(List<Object> list) {
    List<Object> numbers = new ArrayList<>();
    for (Object item : list) {
      if (!(item instanceof String text) || !text.matches("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?")) {
        return list;
      }
      numbers.add(Double.valueOf(text));
    }
    return numbers;
  }

  private static String unescape(String text) {
    return text.replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
  }
}
