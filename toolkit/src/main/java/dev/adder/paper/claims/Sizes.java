package dev.adder.paper.claims;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Named whole numbers that say how large an instance is, such as channels and states. */
public final class Sizes {

  private final Map<String, Integer> values;

  private Sizes(Map<String, Integer> values) {
    this.values = values;
  }

  /** Names and numbers in turn. */
  static Sizes of(Object... namesAndNumbers) {
    Map<String, Integer> values = new LinkedHashMap<>();
    for (int i = 0; i < namesAndNumbers.length; i += 2) {
      values.put((String) namesAndNumbers[i], (Integer) namesAndNumbers[i + 1]);
    }
    return new Sizes(values);
  }

  /**
   * The same with one number changed.
   *
   * @throws IllegalArgumentException if it is not at least 1
   */
  Sizes with(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("%s is %d; it must be at least 1.".formatted(name, value));
    }
    Map<String, Integer> changed = new LinkedHashMap<>(values);
    changed.put(name, value);
    return new Sizes(changed);
  }

  /** The number of this name. */
  public int get(String name) {
    Integer value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "There is no size \"%s\". There are: %s.".formatted(name, values.keySet()));
    }
    return value;
  }

  /** All of them, in order. */
  Map<String, Integer> values() {
    return values;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Sizes sizes && values.equals(sizes.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.entrySet().stream()
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .collect(Collectors.joining(", "));
  }
}
