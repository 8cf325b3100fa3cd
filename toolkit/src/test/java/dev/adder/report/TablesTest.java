package dev.adder.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adder.adapter.DimensionSelection;
import dev.adder.adapter.TargetReport;
import dev.adder.data.Database;
import dev.adder.data.Databases;
import dev.adder.evaluation.Evaluation;
import dev.adder.evaluation.Score;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class TablesTest {

  private static TargetReport.Row row(int layer, String weight, String update, long trained) {
    return new TargetReport.Row(
        "backbone.layers." + layer + ".mixer." + weight,
        List.of(64L, 32L),
        update,
        trained,
        2048,
        trained > 0 ? OptionalDouble.of(0.25) : OptionalDouble.empty());
  }

  private static final TargetReport REPORT =
      new TargetReport(
          "LoRA r=2 on out_proj",
          List.of(
              row(0, "in_proj.weight", "", 0),
              row(0, "out_proj.weight", "LoRA r=2", 192),
              row(1, "in_proj.weight", "", 0),
              row(1, "out_proj.weight", "LoRA r=2", 192)));

  @Test
  void what_a_database_answers_is_a_table() throws IOException {
    Database music = Databases.open(Path.of("src/test/resources/golden/spider")).get("music");
    Table counted = QueryTable.of(music, "select count(*), 0.5, 'x', null from singer");
    assertThat(counted.rowCount()).isEqualTo(1);
    assertThat(counted.columnNames()).containsExactly("count(*)", "0.5", "'x'", "null");
    assertThat(counted.column(0).get(0)).isInstanceOf(Long.class);
    assertThat(counted.doubleColumn(1).get(0)).isEqualTo(0.5);
    assertThat(counted.stringColumn(2).get(0)).isEqualTo("x");
    assertThat(counted.column(3).isMissing(0)).isTrue();
    assertThat(QueryTable.of(music, "select 1 as a, 2 as a").columnNames())
        .containsExactly("a", "a 2");
    assertThat(QueryTable.of(music, "select name from singer where 1 = 2").rowCount()).isZero();
    assertThatThrownBy(() -> QueryTable.of(music, "select nobody"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("music does not answer \"select nobody\": ")
        .hasMessageContaining("no such column: nobody");
    assertThatThrownBy(() -> QueryTable.of(music, "drop table singer"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void every_weight_has_its_row() {
    Table table = ParameterTable.of(REPORT);
    assertThat(table.name()).isEqualTo("LoRA r=2 on out_proj");
    assertThat(table.rowCount()).isEqualTo(4);
    assertThat(table.stringColumn("shape").get(0)).isEqualTo("64 × 32");
    assertThat(table.stringColumn("update").asList())
        .containsExactly("frozen", "LoRA r=2", "frozen", "LoRA r=2");
    assertThat(table.doubleColumn("trained %").get(1)).isEqualTo(100.0 * 192 / 2240);
    assertThat(table.doubleColumn("gradient norm").isMissing(0)).isTrue();
    assertThat(table.doubleColumn("gradient norm").get(1)).isEqualTo(0.25);
  }

  @Test
  void the_summary_adds_up_over_blocks_to_the_same_total() {
    Table table = ParameterTable.summary(REPORT);
    assertThat(table.stringColumn("weight").asList())
        .containsExactly("in_proj.weight", "out_proj.weight", "all");
    assertThat(table.longColumn("trained").asList()).containsExactly(0L, 384L, 384L);
    assertThat(table.longColumn("frozen").asList()).containsExactly(4096L, 4096L, 8192L);
    assertThat(table.longColumn("trained").get(2))
        .isEqualTo((long) ParameterTable.of(REPORT).longColumn("trained").sum());
    assertThat(table.doubleColumn("trained %").get(2)).isEqualTo(100.0 * 384 / 8576);
  }

  @Test
  void scores_stand_both_ways() {
    Table table =
        ScoreTable.of(
            new Evaluation(
                "rte", List.of(new Score("accuracy", "share", 0.75, 0.7)), 277, 3, List.of()));
    assertThat(table.doubleColumn("score").get(0)).isEqualTo(0.75);
    assertThat(table.doubleColumn("strict score").get(0)).isEqualTo(0.7);
    assertThat(table.intColumn("out of class").get(0)).isEqualTo(3);
  }

  @Test
  void chosen_channels_stand_best_first() {
    Table table =
        SelectionHeatmap.table(
            List.of(
                new DimensionSelection(
                    1, List.of(5, 2), List.of(List.of(0), List.of(1)), new float[6][2])));
    assertThat(table.intColumn("channel").asList()).containsExactly(5, 2);
    assertThat(table.stringColumn("states of A_log").asList()).containsExactly("[0]", "[1]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 0",
        "0.318774 | 0.3188",
        "0.75 | 0.75",
        "12.3456 | 12.35",
        "99999.6 | 100,000",
        "0.001 | 0.001",
        "0.00002 | 2e-5",
        "1234567 | 1.235e6",
        "-0.5 | -0.5",
        "100 | 100",
        "NaN | NaN"
      })
  void numbers_are_rounded_to_four_digits(double value, String shown) {
    assertThat(TableHtml.round(value)).isEqualTo(shown);
  }

  @Test
  void html_escapes_names_and_aligns_numbers_right() {
    String html =
        TableHtml.of(
            Table.create(
                "t",
                StringColumn.create("<method>", "a & \"b\""),
                DoubleColumn.create("score", new double[] {0.123456}),
                IntColumn.create("count", new int[] {411648})));
    assertThat(html)
        .startsWith("<table class=\"dataframe\">")
        .contains("<th scope=\"col\" style=\"text-align:left\">&lt;method&gt;</th>")
        .contains("<th scope=\"row\" style=\"text-align:left\">a &amp; &quot;b&quot;</th>")
        .contains("<td style=\"text-align:right\">0.1235</td>")
        .contains("<td style=\"text-align:right\">411,648</td>")
        .doesNotContain("color");
  }

  @Test
  void a_missing_value_is_an_empty_cell() {
    DoubleColumn column = DoubleColumn.create("score");
    column.appendMissing();
    assertThat(TableHtml.of(Table.create("t", column)))
        .contains("<td style=\"text-align:right\"></td>");
  }

  @Test
  void a_long_table_has_pages_and_at_the_end_a_note() {
    String html =
        TableHtml.of(Table.create("t", IntColumn.create("i", IntStream.range(0, 1500).toArray())));
    assertThat(html.split("<tr>", -1)).hasSize(1 + 1200 + 20);
    assertThat(html)
        .contains("<details><summary>Rows 61–120 of 1,500</summary><table class=\"dataframe\">")
        .contains("<summary>Rows 1,141–1,200 of 1,500</summary>")
        .endsWith("</details><p>The first 1,200 of 1,500 rows.</p>")
        .doesNotContain("<script", "color");
  }
}
