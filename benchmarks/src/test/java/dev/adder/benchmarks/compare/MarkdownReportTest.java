package dev.adder.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarkdownReportTest {

  private static final Machine MACHINE =
      new Machine("2026-01-01T00:00:00Z", "a processor", 2, 8000, 0.1, "a JVM", "abc", List.of());

  @TempDir private Path folder;

  private static Pair pair(String peer, boolean tuned, double ours, double theirs) {
    return new Pair(
        "train-lora-tiny-8x128",
        peer,
        tuned,
        Pair.MEASURED,
        List.of(ours, 2 * ours),
        List.of(theirs, 2 * theirs),
        List.of(3, 3),
        List.of(3, 3),
        500,
        900,
        16384,
        16384,
        5.5,
        5.5,
        false,
        0);
  }

  private Results results() throws IOException {
    Results results = new Results(folder.resolve("r.json"), MACHINE, Plan.FULL);
    results.add(pair("mambapy", false, 0.02, 0.2));
    results.add(pair("mambapy", true, 0.02, 0.08));
    results.add(pair("transformers + mambapy", false, 0.02, 0.1));
    results.add(
        new Pair(
            "train-lora-tiny-8x128",
            "transformers",
            false,
            "not finished within 120 s",
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            0,
            0,
            0,
            0,
            5.5,
            5.5,
            false,
            0));
    results.add(pair(Side.PRODUCTS, true, 0.02, 0.015));
    results.addLimits(Map.of("sgemm", 224.0));
    return results;
  }

  @Test
  void the_best_peer_is_the_fastest_as_installed_and_the_fastest_tuned() throws IOException {
    assertThat(new MarkdownReport(results()).text())
        .contains(
            "| train-lora-tiny-8x128 | transformers + mambapy | **0.20 (0.20–0.20)** | mambapy | **0.25 (0.25–0.25)** |");
  }

  @Test
  void what_did_not_finish_is_stated() throws IOException {
    assertThat(new MarkdownReport(results()).text())
        .contains("| transformers | – | not finished within 120 s | – | – |");
  }

  @Test
  void the_share_of_the_products_is_theirs_over_ours() throws IOException {
    assertThat(new MarkdownReport(results()).text())
        .contains("| train-lora-tiny-8x128 | 30.0 ms | 22.5 ms | **75 %** (75–75) |");
  }

  @Test
  void results_are_read_back_to_go_on() throws IOException {
    Results written = results();
    Results read = Results.resume(written.file());
    assertThat(read.pairs()).isEqualTo(written.pairs());
    assertThat(read.machine()).isEqualTo(MACHINE);
    assertThat(Files.readString(read.table())).isEqualTo(new MarkdownReport(read).text());
  }

  @Test
  void a_pair_is_replaced_by_its_repetition() throws IOException {
    Results results = results();
    int before = results.pairs().size();
    results.add(pair("mambapy", false, 0.02, 0.4));
    assertThat(results.pairs()).hasSize(before);
    assertThat(
            results.find("train-lora-tiny-8x128", "mambapy", false).orElseThrow().ratio().median())
        .isEqualTo(0.02 / 0.4);
  }

  @Test
  void what_others_disturbed_is_measured_again() {
    assertThat(pair("mambapy", false, 1, 2).settled()).isTrue();
    Side peer = new Side("mambapy", false, List.of(), Map.of());
    assertThat(Pair.withoutAdder("decode-tiny-64", peer, "killed").settled()).isFalse();
    assertThat(Pair.without("decode-tiny-64", peer, "not finished within 9 s", 0).settled())
        .isTrue();
    assertThat(Pair.without("decode-tiny-64", peer, "not finished within 9 s", 1).settled())
        .isFalse();
  }

  @Test
  void times_are_shown_in_three_figures() {
    assertThat(MarkdownReport.time(0.01234)).isEqualTo("12.3 ms");
    assertThat(MarkdownReport.time(1.234)).isEqualTo("1.23 s");
    assertThat(MarkdownReport.time(123.4)).isEqualTo("123 s");
  }
}
