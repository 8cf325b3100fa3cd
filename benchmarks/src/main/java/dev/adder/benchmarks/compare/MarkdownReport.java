package dev.adder.benchmarks.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Results as Markdown tables. */
final class MarkdownReport {

  private final Results results;
  private final StringBuilder text = new StringBuilder();

  MarkdownReport(Results results) {
    this.results = results;
  }

  String text() {
    heading();
    best();
    details();
    shares();
    limits();
    return text.toString();
  }

  private void heading() {
    Machine machine = results.machine();
    Plan plan = results.plan();
    line("# Adder side by side with its peers");
    line("");
    line(
        "%s, %d cores, %,d MB, load before %.2f; %s; %s; commit %s.",
        machine.processor(),
        machine.cores(),
        machine.memoryMegabytes(),
        machine.loadBefore(),
        machine.date(),
        machine.java(),
        machine.commit());
    line("Peers: %s.", String.join(", ", machine.versions()));
    line("");
    line(
        "float32. Medians of up to %d rounds, turn by turn. Ratios are ours / theirs, pair by pair: median (least–largest); below 1 Adder is faster.",
        plan.rounds());
    line("² other programs used more than 0.1 core meanwhile: measure again on a quiet machine.");
    line(
        "A run is given up after %.0f s. ¹ one run without warm-up, since it takes over %.0f s.",
        plan.limitSeconds(), plan.budgetSeconds() / 3);
  }

  private Set<String> caseIds() {
    Set<String> ids = new LinkedHashSet<>();
    results.pairs().forEach(pair -> ids.add(pair.caseId()));
    return ids;
  }

  private static boolean isPeer(Pair pair) {
    return !pair.peer().equals(Side.PRODUCTS);
  }

  private void best() {
    section("Against the best peer of each case");
    row("case", "best as installed", "ours / theirs", "best with tuned malloc", "ours / theirs");
    row("---", "---", "---", "---", "---");
    for (String id : caseIds()) {
      Optional<Pair> installed = best(id, false);
      Optional<Pair> tuned = best(id, true);
      row(
          id,
          installed.map(Pair::peer).orElse("–"),
          installed.map(pair -> "**" + ratio(pair) + "**").orElse("–"),
          tuned.map(Pair::peer).orElse("–"),
          tuned.map(pair -> "**" + ratio(pair) + "**").orElse("–"));
    }
  }

  private Optional<Pair> best(String id, boolean tuned) {
    return results.pairs().stream()
        .filter(pair -> pair.caseId().equals(id) && pair.tuned() == tuned)
        .filter(pair -> isPeer(pair) && pair.measured())
        .min(Comparator.comparingDouble(pair -> Statistics.median(pair.theirs())));
  }

  private void details() {
    section("Every peer");
    row(
        "case",
        "peer",
        "ours",
        "as installed",
        "ours / theirs",
        "tuned malloc",
        "ours / theirs",
        "peak MB: ours, theirs, tuned",
        "trained: ours, theirs");
    row("---", "---", "---", "---", "---", "---", "---", "---", "---");
    for (String id : caseIds()) {
      Set<String> names = new LinkedHashSet<>();
      results.pairs().stream()
          .filter(pair -> pair.caseId().equals(id) && isPeer(pair))
          .forEach(pair -> names.add(pair.peer()));
      names.forEach(peer -> detail(id, peer));
    }
  }

  private void detail(String id, String peer) {
    Optional<Pair> installed = results.find(id, peer, false);
    Optional<Pair> tuned = results.find(id, peer, true);
    Optional<Pair> any = installed.filter(Pair::measured).or(() -> tuned.filter(Pair::measured));
    row(
        id,
        peer,
        any.map(pair -> figure(pair, pair.ours())).orElse("–"),
        theirs(installed),
        ratio(installed),
        theirs(tuned),
        ratio(tuned),
        any.map(pair -> "%d, %s, %s".formatted(pair.ourPeak(), peak(installed), peak(tuned)))
            .orElse("–"),
        any.filter(pair -> pair.ourTrained() > 0)
            .map(
                pair ->
                    String.format(Locale.ROOT, "%,d, %,d", pair.ourTrained(), pair.theirTrained()))
            .orElse("–"));
  }

  private static String theirs(Optional<Pair> pair) {
    return pair.map(
            p ->
                p.measured()
                    ? figure(p, p.theirs()) + (p.cold() ? " ¹" : "")
                    : p.outcome() + (p.disturbed() ? " ²" : ""))
        .orElse("–");
  }

  private static String ratio(Optional<Pair> pair) {
    return pair.filter(Pair::measured).map(MarkdownReport::ratio).orElse("–");
  }

  private static String ratio(Pair pair) {
    return pair.ratio().text() + (pair.disturbed() ? " ²" : "");
  }

  private static String peak(Optional<Pair> pair) {
    return pair.filter(Pair::measured).map(p -> String.valueOf(p.theirPeak())).orElse("–");
  }

  /** The time of a case and, in decoding, its tokens per second. */
  private static String figure(Pair pair, List<Double> samples) {
    double seconds = Statistics.median(samples);
    if (!pair.caseId().startsWith("decode-")) {
      return time(seconds);
    }
    int tokens = Integer.parseInt(pair.caseId().substring(pair.caseId().lastIndexOf('-') + 1));
    return String.format(Locale.ROOT, "%s (%,.0f tokens/s)", time(seconds), tokens / seconds);
  }

  private void shares() {
    List<Pair> products =
        results.pairs().stream().filter(pair -> !isPeer(pair) && pair.measured()).toList();
    if (products.isEmpty()) {
      return;
    }
    section("Share of the limit");
    line(
        "The matrix products of the same work, run alone, one after the other, with results into memory that is there.");
    line("");
    row("case", "ours", "products alone", "share of ours that is products");
    row("---", "---", "---", "---");
    for (Pair pair : products) {
      Ratio share = Statistics.ratio(pair.theirs(), pair.ours());
      row(
          pair.caseId(),
          figure(pair, pair.ours()),
          time(Statistics.median(pair.theirs())),
          String.format(
                  Locale.ROOT,
                  "**%.0f %%** (%.0f–%.0f)",
                  share.median() * 100,
                  share.least() * 100,
                  share.largest() * 100)
              + (pair.disturbed() ? " ²" : ""));
    }
  }

  private void limits() {
    if (results.limits().isEmpty()) {
      return;
    }
    section("Limits of the machine");
    List<String> head = new ArrayList<>(List.of("what"));
    List<String> rule = new ArrayList<>(List.of("---"));
    for (int i = 0; i < results.limits().size(); i++) {
      head.add(i == 0 ? "before" : "after");
      rule.add("---");
    }
    row(head.toArray(String[]::new));
    row(rule.toArray(String[]::new));
    for (String what : results.limits().get(0).keySet()) {
      List<String> cells = new ArrayList<>(List.of(what));
      for (Map<String, Double> measured : results.limits()) {
        cells.add(String.format(Locale.ROOT, "%.3g", measured.getOrDefault(what, Double.NaN)));
      }
      row(cells.toArray(String[]::new));
    }
  }

  /** Seconds, or milliseconds where they are few. */
  static String time(double seconds) {
    if (seconds < 0.0995) {
      return String.format(Locale.ROOT, "%.3g ms", seconds * 1000);
    }
    return String.format(Locale.ROOT, seconds < 9.995 ? "%.2f s" : "%.0f s", seconds);
  }

  private void section(String title) {
    line("");
    line("## " + title);
    line("");
  }

  private void row(String... cells) {
    line("| " + String.join(" | ", cells).replace("%", "%%") + " |");
  }

  private void line(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
