package dev.adder.data;

import dev.adder.data.files.Archive;
import dev.adder.data.files.Checksum;
import dev.adder.data.files.DataHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The pieces of a data set, found in a folder as its publisher ships them. */
final class Shipped {

  private final Map<String, Path> paths;

  private Shipped(Map<String, Path> paths) {
    this.paths = paths;
  }

  /** The piece of this key. */
  Path get(String key) {
    Path path = paths.get(key);
    if (path == null) {
      throw new IllegalArgumentException("There is no piece " + key + " but " + paths.keySet());
    }
    return path;
  }

  /** All pieces. */
  List<Path> all() {
    return List.copyOf(paths.values());
  }

  /** The pieces, if all are there as files; archives are not looked into. */
  static Optional<Shipped> find(List<Path> roots, List<Piece> pieces) throws IOException {
    List<Path> folders = new ArrayList<>();
    for (Path root : roots) {
      folders.add(root);
      onlyFolder(root).ifPresent(folders::add);
    }
    Map<String, Path> paths = new LinkedHashMap<>();
    for (Piece piece : pieces) {
      Optional<Path> found =
          piece.places().stream()
              .flatMap(place -> folders.stream().map(f -> f.resolve(place)))
              .filter(Files::exists)
              .findFirst();
      if (found.isEmpty()) {
        return Optional.empty();
      }
      paths.put(piece.key(), found.get());
    }
    return Optional.of(new Shipped(paths));
  }

  /** The one folder that an unpacked archive often holds; of several, none is meant. */
  private static Optional<Path> onlyFolder(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      return Optional.empty();
    }
    try (Stream<Path> inside = Files.list(root)) {
      List<Path> folders = inside.filter(Files::isDirectory).toList();
      return folders.size() == 1 ? Optional.of(folders.get(0)) : Optional.empty();
    }
  }

  /** Archives of these names that lie in a folder, or in its folder "data" as on the hub. */
  static List<Path> archives(Path folder, List<String> names) {
    return names.stream()
        .filter(Archive::named)
        .flatMap(name -> Stream.of(folder.resolve(name), folder.resolve("data").resolve(name)))
        .filter(Files::isRegularFile)
        .toList();
  }

  /**
   * The pieces in a folder; archives are unpacked once into the cache.
   *
   * @param names of the archives that may hold them
   * @throws IOException if a piece is missing; the sentence says where each may lie
   */
  static Shipped open(Path folder, List<Piece> pieces, List<String> names, DataHome home)
      throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(folder + " is no folder. Give the one that holds the data set.");
    }
    Optional<Shipped> plain = find(List.of(folder), pieces);
    if (plain.isPresent()) {
      return plain.get();
    }
    List<Path> roots = new ArrayList<>(List.of(folder));
    for (Path archive : archives(folder, names)) {
      String hash = Checksum.of(archive, Checksum.Kind.SHA_256).hex().substring(0, 16);
      Path unpacked = home.cache().resolve("unpacked").resolve(archive.getFileName() + "-" + hash);
      Archive.unpack(
          archive, unpacked, entry -> pieces.stream().anyMatch(piece -> piece.holds(entry)));
      roots.add(unpacked);
    }
    Optional<Shipped> found = find(roots, pieces);
    if (found.isPresent()) {
      return found.get();
    }
    for (Piece piece : pieces) {
      if (find(roots, List.of(piece)).isEmpty()) {
        throw new IOException(
            "%s has no %s. Give the data set's folder as its publisher ships it%s."
                .formatted(
                    folder,
                    String.join(" or ", piece.places()),
                    names.isEmpty() ? "" : ", unpacked or as " + String.join(", ", names)));
      }
    }
    throw new IOException(folder + " does not hold the data set.");
  }
}
