package dev.adder.benchmarks.compare;

import dev.adder.benchmarks.work.Geometry;
import dev.adder.benchmarks.work.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One thing that is measured on all sides.
 *
 * @param kind what is done
 * @param variant of training its method, of the scan forward or both, else empty
 * @param geometry the model, if one is needed
 * @param batch sequences at once
 * @param length tokens per sequence; in decoding, tokens made
 */
public record Case(Kind kind, String variant, Optional<Geometry> geometry, int batch, int length) {

  /** What is done in a case. */
  public enum Kind {
    LIMITS,
    TRAIN,
    PREFILL,
    DECODE,
    SCAN,
    START;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Every case, in the order in which they are measured. */
  public static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    cases.add(new Case(Kind.LIMITS, "", Optional.empty(), 1, 0));
    for (String method : List.of("lora", "full", "sdlora")) {
      cases.add(training(method, Geometry.TINY, 8, 128));
      cases.add(training(method, Geometry.SMALL, 4, 256));
      cases.add(training(method, Geometry.M130, 1, 128));
      cases.add(training(method, Geometry.M130, 1, 512));
      cases.add(training(method, Geometry.M130, 4, 512));
    }
    for (Geometry geometry : Geometry.values()) {
      cases.add(new Case(Kind.PREFILL, "", Optional.of(geometry), 1, 512));
    }
    for (Geometry geometry : Geometry.values()) {
      cases.add(new Case(Kind.DECODE, "", Optional.of(geometry), 1, 64));
    }
    for (int length : new int[] {128, 512, 2048}) {
      cases.add(new Case(Kind.SCAN, "forward", Optional.empty(), 1, length));
      cases.add(new Case(Kind.SCAN, "both", Optional.empty(), 1, length));
    }
    cases.add(new Case(Kind.START, "lora", Optional.of(Geometry.TINY), 8, 128));
    cases.sort(Comparator.comparing(Case::kind));
    return cases;
  }

  private static Case training(String method, Geometry geometry, int batch, int length) {
    return new Case(Kind.TRAIN, method, Optional.of(geometry), batch, length);
  }

  /** Its name, such as train-lora-tiny-8x128. */
  public String id() {
    List<String> words = new ArrayList<>();
    words.add(kind.word());
    if (!variant.isEmpty()) {
      words.add(variant);
    }
    geometry.ifPresent(g -> words.add(g.name().toLowerCase(Locale.ROOT)));
    if (length > 0) {
      words.add(kind == Kind.DECODE ? String.valueOf(length) : batch + "x" + length);
    }
    return String.join("-", words);
  }

  /**
   * The cases that a list of names chooses.
   *
   * @param patterns names separated by commas; each a whole name, its beginning, or with * for
   *     anything
   */
  public static List<Case> select(String patterns) {
    List<Case> chosen = new ArrayList<>();
    for (String pattern : patterns.split(",", -1)) {
      String word = pattern.strip();
      Pattern regex = Pattern.compile(Pattern.quote(word).replace("*", "\\E.*\\Q") + "(-.*)?");
      List<Case> matching = all().stream().filter(c -> regex.matcher(c.id()).matches()).toList();
      if (matching.isEmpty()) {
        throw new IllegalArgumentException(
            "No case is called \"%s\". There are: %s."
                .formatted(word, String.join(", ", all().stream().map(Case::id).toList())));
      }
      chosen.addAll(matching);
    }
    return all().stream().filter(chosen::contains).toList();
  }

  /** The case as a worker of this peer is told it. */
  Task task(String folder, String peer) {
    String work = kind == Kind.START ? Kind.TRAIN.word() : kind.word();
    String method = peer.equals(Side.SAME_SIZE) ? "same-size" : variant;
    return new Task(work, method, batch, length, folder, peer);
  }
}
