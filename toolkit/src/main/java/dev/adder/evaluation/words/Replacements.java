package dev.adder.evaluation.words;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Patterns and what each is replaced by, one after the other. */
final class Replacements {

  private record Replacement(Pattern pattern, String by) {}

  private final List<Replacement> list = new ArrayList<>();

  /** Replaces every place of a pattern. */
  Replacements replace(String pattern, String by) {
    list.add(new Replacement(Pattern.compile(pattern, Pattern.UNIX_LINES), by));
    return this;
  }

  /** Puts spaces around every place of a pattern. */
  Replacements apart(String pattern) {
    return replace(pattern, " $0 ");
  }

  String apply(String text) {
    String changed = text;
    for (Replacement each : list) {
      changed = each.pattern().matcher(changed).replaceAll(each.by());
    }
    return changed;
  }
}
