package dev.adder.kernel.cell;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A cell as stretches of Java and lines that are magics.
 *
 * <p>A line is a magic if it begins with a percent sign and a magic's name, outside brackets,
 * strings, text blocks and comments. (A remainder that is to stand at the beginning of a line has a
 * space after its sign, as Java programmers write it.)
 */
final class CellParts {

  /**
   * One part.
   *
   * @param magic whether it is a magic rather than Java
   * @param line of its beginning, from 1
   */
  record Part(boolean magic, String text, int line) {}

  private final String code;
  private final Predicate<String> known;
  private final List<Part> parts = new ArrayList<>();
  private int depth;
  private int begin;
  private int at;

  private CellParts(String code, Predicate<String> known) {
    this.code = code;
    this.known = known;
  }

  /**
   * The parts in order; blank stretches are left out.
   *
   * @param known whether a word is the name of a magic
   */
  static List<Part> of(String code, Predicate<String> known) {
    CellParts parts = new CellParts(code, known);
    parts.split();
    return parts.parts;
  }

  /** Brackets still open at the end, outside strings and comments; negative if too many close. */
  static int openBrackets(String code) {
    CellParts parts = new CellParts(code, word -> false);
    parts.split();
    return parts.depth;
  }

  /** The word behind the percent signs, or an empty string if the line begins with none. */
  static String magicName(String line) {
    String text = line.strip();
    int start = text.startsWith("%%") ? 2 : 1;
    int end = start;
    while (end < text.length() && Character.isLetter(text.charAt(end))) {
      end++;
    }
    return text.startsWith("%") ? text.substring(start, end) : "";
  }

  private void split() {
    boolean lineStart = true;
    while (at < code.length()) {
      if (lineStart && depth <= 0) {
        int end = endOfLine();
        String line = code.substring(at, end);
        if (known.test(magicName(line))) {
          addJava(at);
          parts.add(new Part(true, line.strip(), lineOf(at)));
          at = end;
          begin = end;
          continue;
        }
      }
      lineStart = code.charAt(at) == '\n';
      step();
    }
    addJava(code.length());
  }

  private int endOfLine() {
    int end = code.indexOf('\n', at);
    return end < 0 ? code.length() : end;
  }

  private int lineOf(int position) {
    return 1 + (int) code.substring(0, position).chars().filter(c -> c == '\n').count();
  }

  private void addJava(int end) {
    String java = code.substring(begin, end);
    if (!java.isBlank()) {
      parts.add(new Part(false, java, lineOf(begin)));
    }
  }

  /** Moves over one character, or over a whole string or comment. */
  private void step() {
    if (code.startsWith("//", at)) {
      at = endOfLine();
    } else if (code.startsWith("/*", at)) {
      at = behind("*/", at + 2);
    } else if (code.startsWith("\"\"\"", at)) {
      at = behind("\"\"\"", at + 3);
    } else if (code.charAt(at) == '"' || code.charAt(at) == '\'') {
      literal(code.charAt(at));
    } else {
      char c = code.charAt(at++);
      if (c == '(' || c == '[' || c == '{') {
        depth++;
      } else if (c == ')' || c == ']' || c == '}') {
        depth--;
      }
    }
  }

  private int behind(String end, int from) {
    int found = code.indexOf(end, from);
    while (found > 0 && end.startsWith("\"") && code.charAt(found - 1) == '\\') {
      found = code.indexOf(end, found + 1);
    }
    return found < 0 ? code.length() : found + end.length();
  }

  /** A string or character ends with its quote, or at the latest with its line. */
  private void literal(char quote) {
    at++;
    while (at < code.length() && code.charAt(at) != quote && code.charAt(at) != '\n') {
      at += code.charAt(at) == '\\' ? 2 : 1;
    }
    if (at < code.length() && code.charAt(at) == quote) {
      at++;
    }
    at = Math.min(at, code.length());
  }
}
