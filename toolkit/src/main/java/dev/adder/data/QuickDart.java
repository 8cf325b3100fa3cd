package dev.adder.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.adder.data.QuickPeople.Person;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** The quick twin of DART: what is known of a person as triples, to be told; in DART's files. */
final class QuickDart {

  private QuickDart() {}

  /** Writes the three files; the numbers are of sets of triples. */
  static void write(Path folder, int train, int validation, int test, long seed)
      throws IOException {
    Random random = new Random(seed);
    Set<Object> used = new HashSet<>();
    write(folder.resolve("dart-v1.1.1-full-test.json"), test, random, used);
    write(folder.resolve("dart-v1.1.1-full-dev.json"), validation, random, used);
    write(folder.resolve("dart-v1.1.1-full-train.json"), train, random, used);
  }

  private static void write(Path file, int count, Random random, Set<Object> used)
      throws IOException {
    List<Object> sets = new ArrayList<>();
    while (sets.size() < count) {
      Person person = Person.random(random);
      // The same statements in another order are the same to tell.
      if (used.add(List.of(person.name(), Set.copyOf(person.known())))) {
        sets.add(Map.of("tripleset", person.triples(), "annotations", texts(person, random)));
      }
    }
    new ObjectMapper().writeValue(file.toFile(), sets);
  }

  /** Two or three different ways to tell it. */
  private static List<Map<String, String>> texts(Person person, Random random) {
    int ways = 2 + random.nextInt(2);
    Set<String> texts = new java.util.LinkedHashSet<>();
    while (texts.size() < ways) {
      texts.add(person.prose(random));
    }
    return texts.stream().map(text -> Map.of("source", "quick", "text", text)).toList();
  }
}
