package dev.adder.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.adder.data.QuickTalk.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** The quick twin of SAMSum: a talk, and what came of it; in SAMSum's files. */
final class QuickSamsum {

  private QuickSamsum() {}

  /** Writes the three files. */
  static void write(Path folder, int train, int validation, int test, long seed)
      throws IOException {
    Random random = new Random(seed);
    Set<Object> used = new HashSet<>();
    write(folder.resolve("test.json"), test, random, used);
    write(folder.resolve("val.json"), validation, random, used);
    write(folder.resolve("train.json"), train, random, used);
  }

  private static void write(Path file, int count, Random random, Set<Object> used)
      throws IOException {
    List<Object> talks = new ArrayList<>();
    while (talks.size() < count) {
      Outcome outcome = Outcome.random(random);
      if (used.add(outcome.summary())) {
        talks.add(
            Map.of(
                "id", String.valueOf(talks.size()),
                "dialogue", outcome.dialogue(random),
                "summary", outcome.summary()));
      }
    }
    new ObjectMapper().writeValue(file.toFile(), talks);
  }
}
