package dev.adder.notebook;

import java.lang.reflect.Array;
import org.jspecify.annotations.Nullable;

/** Any value as text: arrays by their elements, and nothing longer than anybody reads. */
final class PlainText {

  private static final int MOST_ELEMENTS = 100;
  private static final int LONGEST = 100_000;

  private PlainText() {}

  static String of(@Nullable Object value) {
    String text = value != null && value.getClass().isArray() ? array(value) : value + "";
    return text.length() <= LONGEST
        ? text
        : text.substring(0, LONGEST)
            + "… and %,d more characters".formatted(text.length() - LONGEST);
  }

  private static String array(Object array) {
    int length = Array.getLength(array);
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < Math.min(length, MOST_ELEMENTS); i++) {
      text.append(i == 0 ? "" : ", ").append(of(Array.get(array, i)));
    }
    return length > MOST_ELEMENTS
        ? text.append(", … (").append(length).append(" elements)]").toString()
        : text.append("]").toString();
  }
}
