package dev.adder.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.adder.model.MambaConfig;
import dev.adder.model.MambaWeights;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportedNumbersTest {

  private static final ReportedNumbers ALL = ReportedNumbers.load();
  private static final String HEADER =
      "edition,table,model,row,part,column,value,certainty,source,note\n";

  @Test
  void table_1_has_the_numbers_of_the_notes() {
    ReportedNumbers linear = ALL.table("v3", "1").where(n -> n.part().equals("LinProj"));
    ReportedNumber glue = linear.find("LoRA", "GLUE").orElseThrow();
    assertThat(glue.value()).hasValue(81.2);
    assertThat(glue.certainty()).isEqualTo(Certainty.SEARCH);
    assertThat(glue.shown()).isEqualTo("81.2 (search)");
    assertThat(linear.find("LoRA", "Spider").orElseThrow().shown()).isEqualTo("57.5 (search)");
    assertThat(linear.find("LoRA", "DART METEOR").orElseThrow().shown()).isEqualTo("70.9 (memory)");
    assertThat(linear.find("DoRA", "CIFAR-10").orElseThrow().value()).hasValue(57.6);
  }

  @Test
  void a_printed_zero_is_kept() {
    ReportedNumbers both = ALL.table("v3", "1").where(n -> n.part().equals("both"));
    assertThat(both.find("LoRA", "Spider").orElseThrow().shown()).isEqualTo("57.0 (memory)");
  }

  @Test
  void every_number_says_how_it_is_known_and_unknown_ones_are_blank() {
    assertThat(ALL.all()).hasSizeGreaterThan(500);
    assertThat(ALL.all())
        .allSatisfy(
            n ->
                assertThat(n.value().isEmpty())
                    .as(n.toString())
                    .isEqualTo(n.certainty() == Certainty.UNKNOWN));
    ReportedNumbers bitFit = ALL.table("v3", "1").where(n -> n.row().equals("BitFit"));
    assertThat(bitFit.all())
        .hasSize(9)
        .allSatisfy(
            n -> {
              assertThat(n.value()).isEmpty();
              assertThat(n.shown()).isEmpty();
            });
  }

  @Test
  void what_was_found_in_a_note_names_it() {
    assertThat(ALL.where(n -> n.certainty() == Certainty.SEARCH).all())
        .isNotEmpty()
        .allSatisfy(n -> assertThat(n.source()).as(n.toString()).matches("[NW][12](, [NW][12])*"));
  }

  @Test
  void no_two_numbers_have_the_same_name() {
    List<List<String>> names =
        ALL.all().stream()
            .map(n -> List.of(n.edition(), n.table(), n.model(), n.row(), n.part(), n.column()))
            .toList();
    assertThat(names).doesNotHaveDuplicates();
  }

  @Test
  void recalled_tasks_average_to_the_verified_mean() {
    for (String method : List.of("Full", "Prompt tuning", "Prefix-tuning")) {
      ReportedNumbers tasks =
          ALL.table("v3", "C.2 GLUE per task").where(n -> n.row().equals(method));
      double mean =
          tasks.where(n -> !n.column().equals("mean")).all().stream()
              .mapToDouble(n -> n.value().orElseThrow())
              .average()
              .orElseThrow();
      assertThat(mean).as(method).isCloseTo(table1(method), within(0.05));
      assertThat(tasks.find(method, "mean").orElseThrow().value().orElseThrow())
          .isCloseTo(mean, within(0.005));
    }
  }

  private static double table1(String method) {
    return ALL.table("v3", "1")
        .where(n -> n.value().isPresent())
        .find(method, "GLUE")
        .orElseThrow()
        .value()
        .orElseThrow();
  }

  @Test
  void spider_by_difficulty_adds_up_to_the_verified_total() {
    int[] questions = {248, 446, 174, 166};
    for (String method : List.of("Full", "Prompt tuning", "Additional-scan")) {
      List<ReportedNumber> parts =
          ALL.table("v3", "C.2 Spider per difficulty")
              .where(n -> n.row().equals(method) && !n.column().equals("all"))
              .all();
      double sum = 0;
      for (int i = 0; i < questions.length; i++) {
        sum += questions[i] * parts.get(i).value().orElseThrow();
      }
      double total =
          ALL.table("v3", "1")
              .where(n -> n.value().isPresent())
              .find(method, "Spider")
              .orElseThrow()
              .value()
              .orElseThrow();
      assertThat(sum / 1034).as(method).isCloseTo(total, within(0.06));
    }
  }

  @Test
  void trained_parameters_of_the_grid_are_the_reported_ones() throws IOException {
    var mamba130m = MambaWeights.of(MambaConfig.published("130m"));
    ReportedNumbers reported =
        ALL.table("code", "SDLoRA against LoRA").where(n -> n.model().equals("mamba-130m"));
    for (Grid.Row row : Grid.named("sdlora-vs-lora").rows()) {
      assertThat(row.method().trainedParameters(mamba130m))
          .as(row.name())
          .isEqualTo(
              (long)
                  reported
                      .find(row.id(), "trained parameters")
                      .orElseThrow()
                      .value()
                      .orElseThrow());
      assertThat(row.paperLearningRate())
          .isEqualTo(
              reported.find(row.id(), "learning rate RTE").orElseThrow().value().orElseThrow());
    }
  }

  @Test
  void a_name_that_is_not_unique_asks_for_more() {
    assertThatThrownBy(() -> ALL.table("v3", "1").find("LoRA", "GLUE"))
        .hasMessage(
            "3 reported numbers are called LoRA, GLUE. Choose a table, and with where(...) a part or"
                + " model, first.");
  }

  @Test
  void an_unknown_certainty_names_its_line_and_those_there_are() {
    assertThatThrownBy(
            () -> ReportedNumbers.read(new StringReader(HEADER + "v3,1,,LoRA,,GLUE,81.2,sure,,\n")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Line 2 of the reported numbers: Unknown certainty \"sure\". There are: search, repo,"
                + " digitised, derived, public, memory, unknown.");
  }

  @Test
  void a_value_without_certainty_is_refused() {
    assertThatThrownBy(
            () ->
                ReportedNumbers.read(
                    new StringReader(HEADER + "v3,1,,LoRA,,GLUE,81.2,unknown,,\n")))
        .hasMessageContaining("has the value 81.2 but certainty \"unknown\"");
  }

  @Test
  void the_table_keeps_the_certainty_beside_the_value() {
    var table = ALL.table("v1", "5").asTable();
    assertThat(table.columnNames()).contains("value", "certainty");
    assertThat(table.stringColumn("certainty").unique().asList()).containsExactly("unknown");
  }
}
