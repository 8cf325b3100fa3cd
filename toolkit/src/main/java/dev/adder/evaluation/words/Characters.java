package dev.adder.evaluation.words;

import java.util.ArrayList;
import java.util.List;

/**
 * Character classes as Python has them, for patterns and for splitting: the references use them.
 */
final class Characters {

  /** Inside of brackets: white space. */
  static final String SPACE =
      "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

  /** Inside of brackets: letters, numbers and the underscore; marks are none. */
  static final String WORD = "\\p{L}\\p{N}_";

  /** Between a word character and another. */
  static final String BOUNDARY =
      "(?:(?<![" + WORD + "])(?=[" + WORD + "])|(?<=[" + WORD + "])(?![" + WORD + "]))";

  private Characters() {}

  static boolean isSpace(int c) {
    return (c >= 9 && c <= 13)
        || (c >= 28 && c <= 32)
        || c == 0x85
        || c == 0xa0
        || c == 0x1680
        || (c >= 0x2000 && c <= 0x200a)
        || c == 0x2028
        || c == 0x2029
        || c == 0x202f
        || c == 0x205f
        || c == 0x3000;
  }

  /** What stands between white space. */
  static List<String> split(String text) {
    List<String> words = new ArrayList<>();
    int start = -1;
    for (int i = 0; i <= text.length(); i++) {
      boolean space = i == text.length() || isSpace(text.charAt(i));
      if (space && start >= 0) {
        words.add(text.substring(start, i));
        start = -1;
      } else if (!space && start < 0) {
        start = i;
      }
    }
    return words;
  }

  /** Length without white space at the end. */
  static int trimmedLength(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return end;
  }
}
