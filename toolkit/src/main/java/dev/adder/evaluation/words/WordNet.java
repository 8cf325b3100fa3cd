package dev.adder.evaluation.words;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Synonyms of English words by WordNet 3.0, in the files of the optional artifact {@code
 * net.sf.extjwnl:extjwnl-data-wn30}, which are read on first use.
 *
 * <p>A word stands for all its base forms, as NLTK 3.10 finds them: the word itself, and what the
 * list of exceptions says or else what is left when an ending is replaced once.
 */
public final class WordNet {

  private static final String FOLDER = "/net/sf/extjwnl/data/wordnet/wn30/";

  /** A part of speech: its files, and which endings are replaced by which. */
  private enum Part {
    NOUN("noun", "s= ses=s ves=f xes=x zes=z ches=ch shes=sh men=man ies=y"),
    VERB("verb", "s= ies=y es=e es= ed=e ed= ing=e ing="),
    ADJECTIVE("adj", "er= est= er=e est=e"),
    ADVERB("adv", "");

    final byte[] index;
    final byte[] data;
    final byte[] exceptions;
    final List<String[]> endings;

    Part(String name, String endings) {
      index = read("index." + name);
      data = read("data." + name);
      exceptions = read(name + ".exc");
      this.endings = new ArrayList<>();
      for (String pair : endings.isEmpty() ? new String[0] : endings.split(" ")) {
        this.endings.add(pair.split("=", -1));
      }
    }
  }

  private WordNet() {}

  /**
   * Asks for the files.
   *
   * @throws IllegalStateException if they are not on the class path
   */
  public static void require() {
    if (WordNet.class.getResource(FOLDER + "index.noun") == null) {
      throw new IllegalStateException(
          "METEOR needs WordNet, which is not on the class path. Add net.sf.extjwnl:extjwnl-data-wn30:1.2 to it.");
    }
  }

  private static byte[] read(String file) {
    try (InputStream in =
        Objects.requireNonNull(WordNet.class.getResourceAsStream(FOLDER + file), file)) {
      return in.readAllBytes();
    } catch (IOException damaged) {
      throw new UncheckedIOException("WordNet's " + file + " cannot be read.", damaged);
    }
  }

  /**
   * Words that share a meaning with a word; compounds left out.
   *
   * @param word in any case
   * @return in no order, perhaps with the word itself
   */
  public static Set<String> synonyms(String word) {
    String lower = word.toLowerCase(java.util.Locale.ROOT);
    Set<String> synonyms = new HashSet<>();
    for (Part part : Part.values()) {
      for (String form : forms(part, lower)) {
        for (int offset : meanings(part, form)) {
          addWords(part, offset, synonyms);
        }
      }
    }
    return synonyms;
  }

  /** The word itself and what it may come from; some are no words. */
  private static Set<String> forms(Part part, String word) {
    Set<String> forms = new LinkedHashSet<>();
    forms.add(word);
    List<String> exception = line(part.exceptions, word);
    if (!exception.isEmpty()) {
      forms.addAll(exception.subList(1, exception.size()));
      return forms;
    }
    for (String[] ending : part.endings) {
      if (word.endsWith(ending[0])) {
        forms.add(word.substring(0, word.length() - ending[0].length()) + ending[1]);
      }
    }
    return forms;
  }

  /** Where the meanings of a word begin in the data. */
  private static int[] meanings(Part part, String word) {
    List<String> entry = line(part.index, word);
    if (entry.isEmpty()) {
      return new int[0];
    }
    // The word, its part of speech, the number of meanings, …, and a place for each meaning.
    int count = Integer.parseInt(entry.get(2));
    return entry.subList(entry.size() - count, entry.size()).stream()
        .mapToInt(Integer::parseInt)
        .toArray();
  }

  private static void addWords(Part part, int offset, Set<String> words) {
    String[] cells = text(part.data, offset, end(part.data, offset)).split(" ");
    int count = Integer.parseInt(cells[3], 16);
    for (int i = 0; i < count; i++) {
      String word = cells[4 + 2 * i];
      int mark = word.endsWith(")") ? word.indexOf('(') : -1;
      String bare = mark < 0 ? word : word.substring(0, mark);
      if (bare.indexOf('_') < 0) {
        words.add(bare);
      }
    }
  }

  /** The cells of the line that begins with a word, in a file sorted by bytes. */
  private static List<String> line(byte[] file, String word) {
    if (word.isEmpty() || word.indexOf(' ') >= 0) {
      return List.of();
    }
    byte[] key = (word + " ").getBytes(StandardCharsets.UTF_8);
    int low = 0;
    int high = file.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      int start = start(file, middle);
      int order = compare(file, start, key);
      if (order == 0) {
        // Of several lines the last, as where each replaces the one before.
        int next = end(file, start) + 1;
        while (compare(file, next, key) == 0) {
          start = next;
          next = end(file, start) + 1;
        }
        return Characters.split(text(file, start, end(file, start)));
      }
      if (order < 0) {
        low = end(file, middle) + 1;
      } else {
        high = start;
      }
    }
    return List.of();
  }

  private static int start(byte[] file, int within) {
    int at = within;
    while (at > 0 && file[at - 1] != '\n') {
      at--;
    }
    return at;
  }

  private static int end(byte[] file, int within) {
    int at = within;
    while (at < file.length && file[at] != '\n') {
      at++;
    }
    return at;
  }

  private static int compare(byte[] file, int start, byte[] key) {
    for (int i = 0; i < key.length; i++) {
      if (start + i >= file.length) {
        return -1;
      }
      int order = Byte.toUnsignedInt(file[start + i]) - Byte.toUnsignedInt(key[i]);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static String text(byte[] file, int from, int to) {
    return new String(file, from, to - from, StandardCharsets.UTF_8);
  }
}
