package dev.adder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adder.data.DataSets;
import dev.adder.data.files.DataHome;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataTest {

  @TempDir private Path folder;
  private DataHome home;
  private final StringWriter text = new StringWriter();
  private final PrintWriter out = new PrintWriter(text, true);

  @BeforeEach
  void home() {
    home = new DataHome(folder.resolve("cache"), folder.resolve("hub"), true);
  }

  private void boolq(Path place) throws IOException {
    Files.createDirectories(place);
    for (String split : List.of("train", "dev")) {
      Files.writeString(
          place.resolve(split + ".jsonl"),
          "{\"question\": \"q\", \"answer\": true, \"passage\": \"p\"}\n");
    }
  }

  @Test
  void the_list_shows_every_task_with_state_sizes_licence_and_source() throws IOException {
    boolq(home.folder("boolq"));
    DataList.print(out, home);
    for (var dataSet : DataSets.all()) {
      assertThat(text.toString()).containsPattern("(?m)^" + dataSet.name() + " +[\\d,–]+ ");
      assertThat(text.toString()).contains(dataSet.about().licence());
      assertThat(text.toString().replaceAll("\\s+", " ")).contains(dataSet.about().citation());
    }
    assertThat(text.toString())
        .containsPattern(
            "(?m)^quick-rte +[\\d,]+ +[\\d,]+ +[\\d,]+ +accuracy +twin(, measured|, card stale)? +Apache-2.0")
        .containsPattern("(?m)^boolq +9,427 +3,270 +3,270 +accuracy +cached, 1 kB +CC BY-SA 3.0$")
        .containsPattern("(?m)^mnli .* to fetch, 313 MB ")
        .containsPattern("(?m)^spider: +a backslash")
        .contains("Network    not to be used")
        .contains(home.cache().toString());
    assertThat(text.toString().lines()).allMatch(line -> line.length() <= 115);
  }

  @Test
  void a_check_says_what_is_here_and_what_differs() throws IOException {
    assertThat(DataChecks.check(out, DataSets.all(), home, Optional.empty(), false)).isTrue();
    assertThat(text.toString()).contains("None of the 19 data sets is on this machine");
    boolq(home.folder("boolq"));
    assertThat(DataChecks.check(out, DataSets.all(), home, Optional.empty(), false)).isFalse();
    assertThat(text.toString())
        .containsPattern("boolq +WRONG +1 / 1 / 1 examples")
        .contains("train.jsonl is cut: it has 50 bytes of 6,525,813; delete ")
        .contains("1 training examples, expected 9,427")
        .contains("1 of 19 data sets are here; 1 are not as published or missing.");
    Files.writeString(home.folder("boolq").resolve("dev.jsonl"), "{\"question\": \"q\"}\n");
    DataChecks.check(out, List.of(DataSets.named("boolq")), home, Optional.empty(), true);
    assertThat(text.toString())
        .contains("dev.jsonl, row 1 has no answer; it has question.")
        .containsPattern("boolq +WRONG +not readable\\n");
  }

  @Test
  void a_data_set_that_was_named_must_be_here() throws IOException {
    var rte = List.of(DataSets.named("rte"));
    assertThat(DataChecks.check(out, rte, home, Optional.empty(), true)).isFalse();
    assertThat(text.toString())
        .contains("rte            not here; ./adder data fetch rte fetches it");
    boolq(folder.resolve("mine"));
    var boolq = List.of(DataSets.named("boolq"));
    DataChecks.check(out, boolq, home, Optional.of(folder.resolve("mine")), true);
    assertThat(text.toString()).contains("no checksum right or known");
  }

  @Test
  void wrong_words_are_answered_with_a_sentence() {
    CommandRun unknown = CommandRun.of("data", "fetch", "rde");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err()).contains("There is no data set \"rde\". There are: rte, mrpc");
    CommandRun two = CommandRun.of("data", "check", "rte", "qnli", "--from", "x");
    assertThat(two.code()).isEqualTo(2);
    assertThat(two.err()).contains("--from is a folder of one data set; name which.");
    CommandRun nothing = CommandRun.of("data");
    assertThat(nothing.code()).isEqualTo(2);
    assertThat(nothing.err()).contains("list", "check", "fetch");
    assertThat(CommandRun.of("data", "fetch", "--help").out()).contains("goes on where it stopped");
  }

  @Test
  void the_bar_shows_how_far_a_download_is() {
    assertThat(DataFetch.Bar.line("a.zip", 5_000_000, 10_000_000, 5_000_000, 2))
        .isEqualTo("a.zip  ████████████░░░░░░░░░░░░   50 %  5.0 MB of 10 MB, 2 s left");
    assertThat(DataFetch.Bar.line("a.zip", 10_000_000, 10_000_000, 1, 2))
        .isEqualTo("a.zip  ████████████████████████  100 %  10 MB of 10 MB");
    assertThat(DataFetch.Bar.line("a.zip", 999_000, 0, 1, 2)).isEqualTo("a.zip  999 kB");
  }
}
