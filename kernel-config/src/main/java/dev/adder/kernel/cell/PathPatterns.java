package dev.adder.kernel.cell;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Paths as they are written behind a magic: several, each perhaps with a pattern in its name. */
final class PathPatterns {

  private PathPatterns() {}

  /**
   * Jars and folders.
   *
   * @param text paths apart by spaces, or by the system's separator; the last name of each may have
   *     * in it
   * @throws MagicException if one names nothing
   */
  static List<Path> resolve(String text) throws IOException {
    List<Path> found = new ArrayList<>();
    if (!text.contains("*") && Files.exists(pathOf(text))) {
      return List.of(pathOf(text).toAbsolutePath().normalize());
    }
    for (String word :
        text.split("\\s+|" + java.util.regex.Pattern.quote(java.io.File.pathSeparator))) {
      found.addAll(one(word));
    }
    return found;
  }

  private static Path pathOf(String text) {
    boolean home = text.equals("~") || text.startsWith("~/");
    return Path.of(home ? System.getProperty("user.home") + text.substring(1) : text);
  }

  private static List<Path> one(String word) throws IOException {
    int slash = Math.max(word.lastIndexOf('/'), word.lastIndexOf('\\'));
    String name = word.substring(slash + 1);
    List<Path> matches = new ArrayList<>();
    if (name.contains("*")) {
      Path folder = pathOf(slash < 0 ? "." : word.substring(0, slash + 1));
      if (Files.isDirectory(folder)) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, name)) {
          entries.forEach(entry -> matches.add(entry.toAbsolutePath().normalize()));
        }
      }
      Collections.sort(matches);
    } else if (Files.exists(pathOf(word))) {
      matches.add(pathOf(word).toAbsolutePath().normalize());
    }
    if (matches.isEmpty()) {
      throw new MagicException(
          "There is no \"%s\" (looked in %s). Give a jar, a folder of classes, or a pattern such as lib/*.jar."
              .formatted(word, Path.of("").toAbsolutePath()));
    }
    return matches;
  }
}
