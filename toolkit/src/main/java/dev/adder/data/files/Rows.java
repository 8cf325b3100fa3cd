package dev.adder.data.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.RuntimeJsonMappingException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads a file row by row. The format follows from the name: {@code .parquet}, {@code .json} (a
 * list of objects), {@code .jsonl}, {@code .csv}; anything else is tab-separated.
 */
public final class Rows {

  private static final ObjectMapper JSON = new ObjectMapper();

  private Rows() {}

  /** Takes a row. */
  @FunctionalInterface
  public interface Taker {
    void take(Row row) throws IOException;
  }

  /** Reads a file whose fields have names. */
  public static void read(Path file, Taker taker) throws IOException {
    read(file, Optional.empty(), taker);
  }

  /** Reads a file; where the format names no fields, they get these names. */
  public static void read(Path file, List<String> header, Taker taker) throws IOException {
    read(file, Optional.of(header), taker);
  }

  private static void read(Path file, Optional<List<String>> header, Taker taker)
      throws IOException {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    try {
      if (name.endsWith(".parquet")) {
        ParquetRows.read(file, taker);
      } else if (name.endsWith(".json") || name.endsWith(".jsonl")) {
        json(file, taker);
      } else if (name.endsWith(".csv")) {
        csv(file, header, taker);
      } else {
        tsv(file, header, taker);
      }
    } catch (CharacterCodingException notUtf8) {
      throw new IOException(file + " is not UTF-8 text. Fetch the file again.", notUtf8);
    } catch (JsonProcessingException | RuntimeJsonMappingException damaged) {
      throw new IOException(
          "%s is damaged: %s".formatted(file, damaged.getMessage().lines().findFirst().orElse("")),
          damaged);
    }
  }

  private static String place(Path file, String what, long number) {
    return "%s, %s %d".formatted(file, what, number);
  }

  private static void json(Path file, Taker taker) throws IOException {
    try (MappingIterator<JsonNode> rows =
        JSON.readerFor(JsonNode.class).readValues(file.toFile())) {
      for (long n = 1; rows.hasNextValue(); n++) {
        taker.take(new Row(place(file, "row", n), rows.nextValue()));
      }
    }
  }

  private static void csv(Path file, Optional<List<String>> header, Taker taker)
      throws IOException {
    CsvMapper mapper = CsvMapper.builder().enable(CsvParser.Feature.WRAP_AS_ARRAY).build();
    try (BufferedReader in = Files.newBufferedReader(file);
        MappingIterator<String[]> rows = mapper.readerFor(String[].class).readValues(in)) {
      Optional<List<String>> names = header;
      for (long n = 1; rows.hasNextValue(); n++) {
        List<String> cells = List.of(rows.nextValue());
        if (names.isEmpty()) {
          names = Optional.of(cells);
        } else {
          taker.take(new Row(place(file, "row", n), fields(names.get(), cells)));
        }
      }
    }
  }

  /**
   * No quoting: a quote is a letter. A line ends at LF, CR or CR LF; an empty one is no row. Cells
   * that a line lacks are absent; cells beyond the header are not looked at.
   */
  private static void tsv(Path file, Optional<List<String>> header, Taker taker)
      throws IOException {
    try (BufferedReader in = Files.newBufferedReader(file)) {
      Optional<List<String>> names = header;
      long n = 0;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        n++;
        if (n == 1 && line.startsWith("\uFEFF")) {
          line = line.substring(1);
        }
        if (line.isEmpty()) {
          continue;
        }
        List<String> cells = List.of(line.split("\t", -1));
        if (names.isEmpty()) {
          names = Optional.of(cells);
        } else {
          taker.take(new Row(place(file, "line", n), fields(names.get(), cells)));
        }
      }
    }
  }

  private static ObjectNode fields(List<String> names, List<String> cells) {
    ObjectNode fields = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < Math.min(names.size(), cells.size()); i++) {
      fields.put(names.get(i), cells.get(i));
    }
    return fields;
  }
}
