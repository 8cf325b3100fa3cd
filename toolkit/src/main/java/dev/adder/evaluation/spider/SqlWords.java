package dev.adder.evaluation.spider;

import dev.adder.evaluation.words.WordTokens;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The words of a query: as {@link WordTokens} splits text, in lower case, but strings whole and as
 * they are. An operator that touches its neighbours is no word by itself, except {@code < > !}.
 */
final class SqlWords {

  private SqlWords() {}

  static List<String> split(String query) throws UnreadableQueryException {
    StringBuilder text = new StringBuilder(query.replace('\'', '"'));
    List<Integer> quotes = new ArrayList<>();
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '"') {
        quotes.add(i);
      }
    }
    if (quotes.size() % 2 != 0) {
      throw new UnreadableQueryException("A quote has no partner.");
    }
    Map<String, String> strings = new HashMap<>();
    for (int i = quotes.size() - 1; i > 0; i -= 2) {
      int from = quotes.get(i - 1);
      int to = quotes.get(i);
      String key = "__val_%d_%d__".formatted(from, to);
      strings.put(key, text.substring(from, to + 1));
      text.replace(from, to + 1, key);
    }
    List<String> words = new ArrayList<>();
    for (String token : WordTokens.split(text.toString())) {
      String word = token.toLowerCase(Locale.ROOT);
      words.add(strings.getOrDefault(word, word));
    }
    return joined(words);
  }

  /** Joins != >= <=, whose halves are words of their own. */
  private static List<String> joined(List<String> words) {
    List<String> joined = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      boolean half = i + 1 < words.size() && words.get(i + 1).equals("=");
      if (half && List.of("!", ">", "<").contains(words.get(i))) {
        joined.add(words.get(i) + "=");
        i++;
      } else {
        joined.add(words.get(i));
      }
    }
    return joined;
  }
}
