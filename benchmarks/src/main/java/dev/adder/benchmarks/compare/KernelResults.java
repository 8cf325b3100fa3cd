package dev.adder.benchmarks.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The rounds of two kernels, on disk after each, as JSON and as a table. */
final class KernelResults {

  /** More cores than this in use by other programs disturb a round. */
  static final double DISTURBING = 0.1;

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private record Content(
      Machine machine,
      String peer,
      List<Double> otherLoad,
      Map<KernelMeasure, List<Double>> ours,
      Map<KernelMeasure, List<Double>> theirs) {}

  private final Path file;
  private final Machine machine;
  private final String peer;
  private final List<Double> otherLoad = new ArrayList<>();
  private final Map<KernelMeasure, List<Double>> ours = new EnumMap<>(KernelMeasure.class);
  private final Map<KernelMeasure, List<Double>> theirs = new EnumMap<>(KernelMeasure.class);

  /**
   * @param file the JSON file; the table is written beside it
   */
  KernelResults(Path file, Machine machine, String peer) {
    this.file = file;
    this.machine = machine;
    this.peer = peer;
  }

  /** Adds a round and writes both files. */
  void add(
      Map<KernelMeasure, Double> ourRound, Map<KernelMeasure, Double> theirRound, double others)
      throws IOException {
    for (KernelMeasure measure : KernelMeasure.values()) {
      ours.computeIfAbsent(measure, m -> new ArrayList<>()).add(ourRound.get(measure));
      theirs.computeIfAbsent(measure, m -> new ArrayList<>()).add(theirRound.get(measure));
    }
    otherLoad.add(others);
    Files.createDirectories(file.toAbsolutePath().getParent());
    JSON.writeValue(file.toFile(), new Content(machine, peer, otherLoad, ours, theirs));
    Files.writeString(table(), markdown());
  }

  /** The Markdown table beside the file. */
  Path table() {
    return file.resolveSibling(file.getFileName().toString().replaceAll("\\.json$", "") + ".md");
  }

  String markdown() {
    StringBuilder text = new StringBuilder("# The kernel side by side with " + peer + "\n\n");
    text.append(
        String.format(
            Locale.ROOT,
            "%s, %d cores, %,d MB; %s; %s; commit %s.%n%n",
            machine.processor(),
            machine.cores(),
            machine.memoryMegabytes(),
            machine.date(),
            machine.java(),
            machine.commit()));
    text.append(
        String.format(
            Locale.ROOT,
            "Medians of %d rounds, in turns; each starts both kernels anew. Ratios are ours / theirs, round by"
                + " round: median (least–largest).%n",
            otherLoad.size()));
    double others = otherLoad.stream().mapToDouble(load -> load).max().orElse(0);
    if (others > DISTURBING) {
      text.append(
          String.format(
              Locale.ROOT,
              "%n**Other programs used up to %.1f cores meanwhile: the times are too long, on both sides.**%n",
              others));
    }
    text.append("\n| measure | ours | limit | ").append(peer).append(" | ours / theirs |\n");
    text.append("|---|---|---|---|---|\n");
    for (KernelMeasure measure : KernelMeasure.values()) {
      double our = Statistics.median(ours.getOrDefault(measure, List.of()));
      double their = Statistics.median(theirs.getOrDefault(measure, List.of()));
      text.append("| ").append(measure.meaning());
      text.append(" | ").append(measure.text(our)).append(our <= measure.limit() ? " ✓" : " ✗");
      text.append(" | ").append(measure.text(measure.limit()));
      text.append(" | ").append(measure.text(their)).append(" | **");
      text.append(Statistics.ratio(ours.get(measure), theirs.get(measure)).text());
      text.append("** |\n");
    }
    return text.toString();
  }
}
