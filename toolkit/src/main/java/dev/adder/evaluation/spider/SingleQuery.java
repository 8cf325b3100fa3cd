package dev.adder.evaluation.spider;

import java.util.Locale;
import java.util.Set;

/** Tells a single reading statement from anything else that SQLite would take. */
final class SingleQuery {

  private static final Set<String> READING = Set.of("select", "with", "values");

  private final String text;
  private int at;

  private SingleQuery(String text) {
    this.text = text;
  }

  /**
   * @throws QueryFailedException unless the text is one SELECT, WITH or VALUES
   */
  static void require(String text) throws QueryFailedException {
    if (text.indexOf('\0') >= 0) {
      throw new QueryFailedException("A query must not contain the character 0.");
    }
    SingleQuery query = new SingleQuery(text);
    query.skipSpace();
    if (!READING.contains(query.word())) {
      throw new QueryFailedException("Only SELECT, WITH and VALUES are run.");
    }
    query.skipToSemicolon();
    while (query.at < text.length() && text.charAt(query.at) == ';') {
      query.at++;
      query.skipSpace();
    }
    if (query.at < text.length()) {
      throw new QueryFailedException("Only one statement is run at a time.");
    }
  }

  private String word() {
    int start = at;
    while (at < text.length() && Character.isLetter(text.charAt(at))) {
      at++;
    }
    return text.substring(start, at).toLowerCase(Locale.ROOT);
  }

  /** White space and comments. */
  private void skipSpace() {
    while (at < text.length()) {
      if (Character.isWhitespace(text.charAt(at))) {
        at++;
      } else if (!skipComment()) {
        return;
      }
    }
  }

  private boolean skipComment() {
    if (text.startsWith("--", at)) {
      skipBehind("\n", at + 2);
      return true;
    }
    if (text.startsWith("/*", at)) {
      skipBehind("*/", at + 2);
      return true;
    }
    return false;
  }

  private void skipBehind(String end, int from) {
    int found = text.indexOf(end, from);
    at = found < 0 ? text.length() : found + end.length();
  }

  private void skipToSemicolon() {
    while (at < text.length() && text.charAt(at) != ';') {
      char c = text.charAt(at);
      if (c == '\'' || c == '"' || c == '`') {
        skipBehind(String.valueOf(c), at + 1);
      } else if (c == '[') {
        skipBehind("]", at + 1);
      } else if (!skipComment()) {
        at++;
      }
    }
  }
}
