package dev.adder.benchmarks.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What has been measured so far, on disk after every pair, so that a run can be broken off. */
final class Results {

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private record Content(
      Machine machine, Plan plan, List<Map<String, Double>> limits, List<Pair> pairs) {}

  private volatile boolean closed;
  private final Path file;
  private final Machine machine;
  private final Plan plan;
  private final List<Map<String, Double>> limits = new ArrayList<>();
  private final List<Pair> pairs = new ArrayList<>();

  /**
   * @param file the JSON file; the table is written beside it
   */
  Results(Path file, Machine machine, Plan plan) {
    this.file = file;
    this.machine = machine;
    this.plan = plan;
  }

  /** Reads a file to go on with. */
  static Results resume(Path file) throws IOException {
    Content content;
    try {
      content = JSON.readValue(file.toFile(), Content.class);
    } catch (IOException damaged) {
      throw new IOException(
          "%s can't be read as results of a comparison. Name another file.".formatted(file),
          damaged);
    }
    Results results = new Results(file, content.machine(), content.plan());
    results.limits.addAll(content.limits());
    results.pairs.addAll(content.pairs());
    return results;
  }

  /** Whether a pair is measured already and need not be measured again. */
  boolean has(Case measured, Side peer) {
    return find(measured.id(), peer.name(), peer.tuned()).filter(Pair::settled).isPresent();
  }

  /** The pair of a case with a peer, if measured. */
  Optional<Pair> find(String caseId, String peer, boolean tuned) {
    return pairs.stream()
        .filter(p -> p.caseId().equals(caseId) && p.peer().equals(peer) && p.tuned() == tuned)
        .findFirst();
  }

  /** Adds a pair, in place of an earlier one of the same case and peer. */
  void add(Pair pair) throws IOException {
    Optional<Pair> earlier = find(pair.caseId(), pair.peer(), pair.tuned());
    if (earlier.isPresent()) {
      pairs.set(pairs.indexOf(earlier.get()), pair);
    } else {
      pairs.add(pair);
    }
    write();
  }

  void addLimits(Map<String, Double> measured) throws IOException {
    limits.add(measured);
    write();
  }

  /** Keeps what is on disk as it is: what comes from now on is the wreck of a broken-off run. */
  void close() {
    closed = true;
  }

  private void write() throws IOException {
    if (closed) {
      return;
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    JSON.writeValue(fresh.toFile(), new Content(machine, plan, limits, pairs));
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    Files.writeString(table(), new MarkdownReport(this).text());
  }

  /** The Markdown table beside the file. */
  Path table() {
    return file.resolveSibling(file.getFileName().toString().replaceAll("\\.json$", "") + ".md");
  }

  Path file() {
    return file;
  }

  Machine machine() {
    return machine;
  }

  Plan plan() {
    return plan;
  }

  List<Map<String, Double>> limits() {
    return List.copyOf(limits);
  }

  List<Pair> pairs() {
    return List.copyOf(pairs);
  }
}
