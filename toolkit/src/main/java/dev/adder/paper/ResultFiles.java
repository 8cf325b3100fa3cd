package dev.adder.paper;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** Results as files: one JSON per cell, complete or absent. */
public final class ResultFiles {

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Path folder;

  /**
   * @param folder made when the first result is written
   */
  public ResultFiles(Path folder) {
    this.folder = folder;
  }

  public Path folder() {
    return folder;
  }

  /** A cell's result, if it has been computed. */
  public Optional<CellResult> find(String experiment, String row, double learningRate, long seed)
      throws IOException {
    Path file = file(experiment, row, learningRate, seed);
    return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
  }

  /** All results of an experiment, in the order of their files. */
  public List<CellResult> all(String experiment) throws IOException {
    Path of = folder.resolve(experiment);
    if (!Files.isDirectory(of)) {
      return List.of();
    }
    List<Path> files;
    try (Stream<Path> list = Files.list(of)) {
      files = list.filter(f -> f.toString().endsWith(".json")).sorted().toList();
    }
    List<CellResult> results = new ArrayList<>();
    for (Path file : files) {
      results.add(read(file));
    }
    return results;
  }

  private static CellResult read(Path file) throws IOException {
    try {
      return JSON.readValue(file.toFile(), CellResult.class);
    } catch (JsonProcessingException malformed) {
      throw new IOException(
          "%s is no result: %s. Delete it and run the experiment again."
              .formatted(file, malformed.getOriginalMessage()),
          malformed);
    }
  }

  /**
   * Writes a result in one move, so that a reader sees all of it or nothing, and only once: if the
   * same cell is there already with the same content but for when and where it was computed, the
   * file stays as it is.
   *
   * @throws IOException if the cell is there with other content; {@link #replace} puts it in place
   */
  public void write(CellResult result) throws IOException {
    Path file = file(result);
    if (!Files.exists(file)) {
      move(result, file);
    } else if (!read(file).withoutRun().equals(result.withoutRun())) {
      throw new IOException(
          "%s holds another result for this cell (test %s, now %s). Delete it, or replace it on purpose."
              .formatted(file, read(file).test(), result.test()));
    }
  }

  /** Writes a result in one move, in place of what was there. */
  public void replace(CellResult result) throws IOException {
    move(result, file(result));
  }

  private static void move(CellResult result, Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Path beside = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".part");
    Files.writeString(beside, JSON.writeValueAsString(result) + "\n");
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private Path file(CellResult result) {
    return file(result.experiment(), result.row(), result.learningRate(), result.seed());
  }

  private Path file(String experiment, String row, double learningRate, long seed) {
    String name = String.format(Locale.ROOT, "%s-rate-%s-seed-%d.json", row, learningRate, seed);
    return folder.resolve(experiment).resolve(name);
  }

  /**
   * Compares two sets of results cell by cell, but for when and where they were computed.
   *
   * @return one sentence
   */
  public static String compare(List<CellResult> ours, List<CellResult> kept) {
    int same = 0;
    int other = 0;
    double largest = 0;
    for (CellResult cell : ours) {
      for (CellResult before : kept) {
        if (before.row().equals(cell.row())
            && before.seed() == cell.seed()
            && before.learningRate() == cell.learningRate()) {
          if (before.withoutRun().equals(cell.withoutRun())) {
            same++;
          } else {
            other++;
            largest = Math.max(largest, Math.abs(before.test() - cell.test()));
          }
        }
      }
    }
    if (same + other == 0) {
      return "No kept results to compare with.";
    }
    return other == 0
        ? "All %d cells equal the kept results to the bit.".formatted(same)
        : String.format(
            Locale.ROOT,
            "%d of %d cells equal the kept results to the bit; the others differ by up to %.3f in"
                + " test score, as they may on another kind of processor.",
            same,
            same + other,
            largest);
  }
}
