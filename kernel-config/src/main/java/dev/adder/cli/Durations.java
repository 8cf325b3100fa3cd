package dev.adder.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** How long notebooks took the last time, kept in the checkout, for the time left. */
final class Durations {

  private final Path file =
      Path.of(System.getProperty("adder.state", ".adder"), "durations.properties");
  private final Properties seconds = new Properties();

  Durations() throws IOException {
    if (Files.exists(file)) {
      try (var in = Files.newBufferedReader(file)) {
        seconds.load(in);
      }
    }
  }

  /** Seconds; 0 if the notebook is not known. */
  double of(String notebook) {
    return Double.parseDouble(seconds.getProperty(notebook, "0"));
  }

  void set(String notebook, double took) throws IOException {
    seconds.setProperty(notebook, String.valueOf(took));
    Files.createDirectories(file.toAbsolutePath().getParent());
    try (var out = Files.newBufferedWriter(file)) {
      seconds.store(out, "How long each notebook took, in seconds");
    }
  }
}
