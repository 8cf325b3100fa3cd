package dev.adder.data;

import java.util.List;

/**
 * One file, or folder, that a data set is read from.
 *
 * @param key by which a reader asks for it
 * @param places where it may lie inside a folder; the first that is there is taken
 */
record Piece(String key, List<String> places) {

  Piece {
    places = List.copyOf(places);
  }

  static Piece of(String key, String... places) {
    return new Piece(key, List.of(places));
  }

  /** Whether a file of an archive belongs to this piece. */
  boolean holds(String entry) {
    String path = "/" + entry;
    return places.stream().anyMatch(p -> path.endsWith("/" + p) || path.contains("/" + p + "/"));
  }
}
