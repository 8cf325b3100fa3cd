package dev.adder.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The cells of this session, as front ends ask for them. */
final class History {

  private record Entry(int number, String code) {}

  private final List<Entry> entries = new ArrayList<>();

  void add(int number, String code) {
    entries.add(new Entry(number, code));
  }

  /** Answers a history request: the last n, a range, or those that match a pattern. */
  ArrayNode answer(JsonNode request) {
    String access = request.path("hist_access_type").asText("tail");
    List<Entry> found =
        switch (access) {
          case "range" -> range(request);
          case "search" -> last(matching(request), request.path("n").asInt(entries.size()));
          default -> last(entries, request.path("n").asInt(entries.size()));
        };
    boolean output = request.path("output").asBoolean(false);
    ArrayNode answer = Wire.JSON.createArrayNode();
    for (Entry entry : found) {
      ArrayNode item = answer.addArray().add(0).add(entry.number());
      if (output) {
        item.addArray().add(entry.code()).addNull();
      } else {
        item.add(entry.code());
      }
    }
    return answer;
  }

  /** From start up to, not with, stop; of this session, the only one there is. */
  private List<Entry> range(JsonNode request) {
    int start = request.path("start").asInt(1);
    int stop = request.path("stop").asInt(Integer.MAX_VALUE);
    int session = request.path("session").asInt(0);
    return session != 0
        ? List.of()
        : entries.stream().filter(e -> e.number() >= start && e.number() < stop).toList();
  }

  private List<Entry> matching(JsonNode request) {
    Pattern pattern = glob(request.path("pattern").asText("*"));
    Map<String, Entry> found = new LinkedHashMap<>();
    boolean unique = request.path("unique").asBoolean(false);
    for (Entry entry : entries) {
      if (pattern.matcher(entry.code()).matches()) {
        String key = unique ? entry.code() : entry.number() + "";
        found.remove(key);
        found.put(key, entry);
      }
    }
    return List.copyOf(found.values());
  }

  /** A star is any text, a question mark any character. */
  private static Pattern glob(String pattern) {
    String quoted = Pattern.quote(pattern).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
    return Pattern.compile(quoted, Pattern.DOTALL);
  }

  private static List<Entry> last(List<Entry> entries, int n) {
    return entries.subList(Math.max(0, entries.size() - Math.max(0, n)), entries.size());
  }
}
