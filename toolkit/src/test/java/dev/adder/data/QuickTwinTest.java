package dev.adder.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adder.data.QuickTwin.Sizes;
import dev.adder.evaluation.SurfaceCues;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class QuickTwinTest {

  private static final Sizes SMALL = new Sizes(100, 20, 40);

  static Stream<QuickTwin> twins() {
    return QuickTwin.all().stream();
  }

  static Stream<QuickTwin> twinsWithClasses() {
    return twins().filter(twin -> twin.task(SMALL, 1).answer() instanceof Answer.Choice);
  }

  @Test
  void every_table_of_the_paper_has_its_twin() {
    assertThat(QuickTwin.all())
        .extracting(QuickTwin::name)
        .containsExactly(
            "quick-rte",
            "quick-mrpc",
            "quick-cola",
            "quick-sst2",
            "quick-qnli",
            "quick-qqp",
            "quick-mnli",
            "quick-dart",
            "quick-samsum",
            "quick-spider",
            "quick-cifar");
    assertThat(QuickTwin.named("rte")).isSameAs(QuickTwin.named("quick-rte"));
    assertThatThrownBy(() -> QuickTwin.named("alpaca"))
        .hasMessageStartingWith("There is no quick twin \"alpaca\". There are: quick-rte,");
  }

  @ParameterizedTest
  @MethodSource("twins")
  void a_twin_has_what_was_asked_for_and_the_same_seed_gives_the_same(QuickTwin twin) {
    Task task = twin.task(SMALL, 5);
    assertThat(task.test()).hasSize(SMALL.test());
    boolean ownValidation = twin.name().matches("quick-(dart|samsum)");
    assertThat(task.validation()).hasSize(20);
    // Of DART, every text of a set of triples is a training example.
    assertThat(task.train()).hasSizeGreaterThanOrEqualTo(ownValidation ? 100 : 80);
    assertThat(task.name()).isEqualTo(twin.name());
    assertThat(task.origin().generated()).isTrue();
    assertThat(twin.task(SMALL, 5).fingerprint()).isEqualTo(task.fingerprint());
    assertThat(twin.task(SMALL, 6).fingerprint()).isNotEqualTo(task.fingerprint());
  }

  @ParameterizedTest
  @MethodSource("twins")
  void no_input_of_the_test_is_in_training(QuickTwin twin) {
    Task task = twin.task();
    Set<String> trained = inputs(task.train());
    trained.addAll(inputs(task.validation()));
    assertThat(inputs(task.test())).doesNotContainAnyElementsOf(trained);
  }

  private static Set<String> inputs(List<Example> examples) {
    return examples.stream().map(Example::input).collect(Collectors.toCollection(HashSet::new));
  }

  @ParameterizedTest
  @MethodSource("twinsWithClasses")
  void no_surface_cue_tells_the_class(QuickTwin twin) {
    Task task = twin.task();
    SurfaceCues cues = new SurfaceCues(task);
    double guessing = task.metric().equals("accuracy") ? 1.0 / classes(task) : 0;
    assertThat(cues.majority()).isLessThanOrEqualTo(guessing + 0.03);
    assertThat(cues.length()).isLessThan(guessing + 0.1);
    assertThat(cues.words()).isLessThan(guessing + 0.12);
  }

  private static int classes(Task task) {
    return ((Answer.Choice) task.answer()).classes().size();
  }

  @Test
  void texts_have_no_classes_to_look_for_cues_of() {
    Task dart = QuickTwin.named("dart").task(SMALL, 1);
    assertThatThrownBy(() -> new SurfaceCues(dart))
        .hasMessage(
            "quick-dart is answered by text; surface cues are looked for where there are classes.");
  }

  @Test
  void every_query_of_the_spider_twin_runs_on_its_database_and_most_find_something()
      throws Exception {
    Task task = QuickTwin.named("spider").task(SMALL, 3);
    int found = 0;
    for (Example example : task.test()) {
      try (Connection connection = open(task, example);
          Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(example.label())) {
        found += rows.next() ? 1 : 0;
      }
    }
    assertThat(found).isGreaterThan(task.test().size() * 7 / 10);
  }

  @Test
  void databases_of_the_same_twin_are_made_once_and_found_again() {
    QuickTwin spider = QuickTwin.named("spider");
    Task task = spider.task(SMALL, 3);
    Path first = databaseOf(task, task.test().get(0));
    assertThat(first).exists();
    assertThat(first.toString()).contains("twins").contains("quick-spider-");
    assertThat(databaseOf(spider.task(SMALL, 3), task.test().get(0))).isEqualTo(first);
    assertThat(databaseOf(spider.task(SMALL, 4), spider.task(SMALL, 4).test().get(0)))
        .isNotEqualTo(first);
  }

  @Test
  void a_twin_can_be_posed_without_the_oddities_of_the_release() {
    Task corrected = QuickTwin.named("rte").corrected().task(SMALL, 1);
    assertThat(corrected.name()).isEqualTo("quick-rte-corrected");
    assertThat(((Answer.Choice) corrected.answer()).anyToken()).isFalse();
    assertThat(corrected.test()).isEqualTo(QuickTwin.named("rte").task(SMALL, 1).test());
    assertThatThrownBy(() -> QuickTwin.named("cifar").corrected())
        .hasMessageContaining("cifar is posed without oddities");
  }

  private static Path databaseOf(Task task, Example example) {
    return task.databases().orElseThrow().get(example.database().orElseThrow()).file();
  }

  private static Connection open(Task task, Example example) throws Exception {
    return DriverManager.getConnection("jdbc:sqlite:" + databaseOf(task, example));
  }

  @Test
  void sizes_that_cannot_be_are_told_in_a_sentence() {
    QuickTwin spider = QuickTwin.named("spider");
    assertThatThrownBy(() -> spider.task(new Sizes(15, 0, 10), 1))
        .hasMessageContaining("every database has 10, so give multiples of that");
    QuickTwin cifar = QuickTwin.named("cifar");
    assertThatThrownBy(() -> cifar.task(new Sizes(60, 0, 10), 1))
        .hasMessageContaining("give multiples of 50 and 10");
  }
}
