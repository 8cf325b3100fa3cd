package dev.adder.paper;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a reported number is known; always shown beside it. */
public enum Certainty {
  /** Read in a public note or listing that copies the paper's table. */
  SEARCH,
  /** Read in the authors' public code. */
  REPO,
  /** Read off a plot in the authors' public code. */
  DIGITISED,
  /** Computed from configurations or other reported numbers. */
  DERIVED,
  /** A property of a public data set. */
  PUBLIC,
  /** Recalled and not verified. */
  MEMORY,
  /** Not known: there is no value. */
  UNKNOWN;

  static Certainty of(String word) {
    return Arrays.stream(values())
        .filter(certainty -> certainty.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Unknown certainty \"%s\". There are: %s."
                        .formatted(
                            word,
                            Arrays.stream(values())
                                .map(Certainty::word)
                                .collect(Collectors.joining(", ")))));
  }

  /** As in the file. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
