package dev.adder.evaluation.words;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What Punkt has learnt of English: {@code punkt-english.tsv}, the model by Jan Strunk and Tibor
 * Kiss that NLTK uses.
 */
final class PunktModel {

  /** Seen in the middle of a sentence with an upper-case letter. */
  private static final int MIDDLE_UPPER = 1 << 2;

  /** Seen at the beginning of a sentence with a lower-case letter. */
  private static final int BEGINNING_LOWER = 1 << 4;

  private static final int UPPER = 1 << 1 | MIDDLE_UPPER | 1 << 3;
  private static final int LOWER = BEGINNING_LOWER | 1 << 5 | 1 << 6;

  private static final String RESOURCE = "punkt-english.tsv";

  static final PunktModel ENGLISH = load();

  private final Set<String> abbreviations = new HashSet<>();
  private final Set<String> starters = new HashSet<>();
  private final Set<String> collocations = new HashSet<>();
  private final Map<String, Integer> contexts = new HashMap<>();

  private static PunktModel load() {
    PunktModel model = new PunktModel();
    try (InputStream in =
            Objects.requireNonNull(PunktModel.class.getResourceAsStream(RESOURCE), RESOURCE);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      lines.lines().forEach(model::add);
    } catch (IOException damaged) {
      throw new UncheckedIOException(RESOURCE + " in the jar cannot be read.", damaged);
    }
    return model;
  }

  private void add(String line) {
    String[] cells = line.split("\t", -1);
    switch (cells[0]) {
      case "abbreviation" -> abbreviations.add(cells[1]);
      case "starter" -> starters.add(cells[1]);
      case "collocation" -> collocations.add(cells[1] + "\t" + cells[2]);
      case "context" -> contexts.put(cells[1], Integer.valueOf(cells[2]));
      default -> throw new IllegalStateException(RESOURCE + " has the line \"" + line + "\".");
    }
  }

  boolean isAbbreviation(String word) {
    return abbreviations.contains(word);
  }

  boolean startsSentences(String word) {
    return starters.contains(word);
  }

  boolean isCollocation(String first, String second) {
    return collocations.contains(first + "\t" + second);
  }

  private boolean seen(String word, int contexts) {
    return (this.contexts.getOrDefault(word, 0) & contexts) != 0;
  }

  boolean seenLower(String word) {
    return seen(word, LOWER);
  }

  boolean seenUpper(String word) {
    return seen(word, UPPER);
  }

  boolean seenUpperInMiddle(String word) {
    return seen(word, MIDDLE_UPPER);
  }

  boolean seenLowerAtBeginning(String word) {
    return seen(word, BEGINNING_LOWER);
  }
}
