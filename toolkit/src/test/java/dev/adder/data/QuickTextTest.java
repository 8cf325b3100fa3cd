package dev.adder.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adder.data.QuickTables.Schema;
import dev.adder.data.QuickTwin.Sizes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class QuickTextTest {

  private static final Sizes SMALL = new Sizes(100, 20, 40);
  private static final int DOCUMENTS = 12_000;
  private static final List<String> MIXED = documents(QuickText.PRIMER);

  private static List<String> documents(long from) {
    QuickText text = new QuickText(3);
    return LongStream.range(from, from + DOCUMENTS).mapToObj(text::document).toList();
  }

  static Stream<QuickTwin> twins() {
    return QuickTwin.all().stream();
  }

  private static String prompt(Task task, Example example) {
    return task.template().prefix() + task.template().input(example);
  }

  @Test
  void the_same_seed_gives_the_same_documents_and_another_gives_others() {
    QuickText again = new QuickText(3);
    QuickText other = new QuickText(4);
    for (int i = 0; i < 100; i++) {
      assertThat(again.document(QuickText.PRIMER + i)).isEqualTo(MIXED.get(i));
      assertThat(other.document(QuickText.PRIMER + i)).isNotEqualTo(MIXED.get(i));
    }
    assertThat(again.iterator().next()).isEqualTo(again.document(0));
  }

  @Test
  void the_primer_is_of_the_small_world_and_asks_about_one_thing_at_a_time() {
    for (String document : documents(0)) {
      assertThat(document).matches("[A-Za-z .?]+").doesNotContain(" and ");
    }
  }

  @Test
  void prompts_are_not_quite_a_fifth_and_stop_where_the_answer_would_begin() {
    int prompts = 0;
    for (String document : MIXED) {
      boolean instructed = document.contains(Template.SEPARATOR);
      prompts += instructed ? 1 : 0;
      assertThat(QuickText.isPrompt(document)).isEqualTo(instructed);
      assertThat(document).doesNotContainPattern("###[0-9]");
    }
    assertThat(prompts / (double) DOCUMENTS).isBetween(0.16, 0.20);
  }

  @ParameterizedTest
  @MethodSource("twins")
  void the_language_of_every_twin_is_in_the_text(QuickTwin twin) {
    Task task = twin.task(SMALL, 1);
    Set<String> known = new TreeSet<>();
    MIXED.forEach(document -> known.addAll(words(document)));
    // The instruction of pictures alone is not: their prompts are long.
    boolean pictures = twin.name().equals("quick-cifar");
    for (Example example : task.test()) {
      assertThat(known).containsAll(words(pictures ? example.input() : prompt(task, example)));
      if (task.answer() instanceof Answer.Text) {
        example.answers().forEach(answer -> assertThat(known).containsAll(words(answer)));
      }
    }
    if (!pictures && !task.template().prefix().isEmpty()) {
      assertThat(MIXED).anyMatch(document -> document.startsWith(task.template().prefix()));
    }
  }

  @ParameterizedTest
  @MethodSource("twins")
  void no_answer_of_a_twin_stands_behind_its_question(QuickTwin twin) {
    Task task = twin.task(SMALL, 1);
    for (String document : MIXED) {
      if (document.startsWith(task.template().prefix()) && QuickText.isPrompt(document)) {
        int last = document.length() - Template.SEPARATOR.length();
        String before = document.substring(0, last);
        task.test().stream()
            .filter(example -> task.answer() instanceof Answer.Text)
            .flatMap(example -> example.answers().stream())
            .forEach(answer -> assertThat(before).doesNotContain(answer));
      }
    }
  }

  @Test
  void a_prompt_of_the_text_is_built_as_the_reader_builds_it() {
    for (String twin : List.of("rte", "mrpc", "cola", "sst2", "qnli", "qqp", "mnli", "spider")) {
      Task task = QuickTwin.named(twin).task(SMALL, 1);
      List<String> shapes =
          task.test().stream().map(example -> shape(prompt(task, example))).distinct().toList();
      List<String> met =
          MIXED.stream()
              .filter(document -> document.startsWith(task.template().prefix()))
              .map(QuickTextTest::shape)
              .distinct()
              .toList();
      assertThat(met).as(twin).isNotEmpty();
      assertThat(shapes).as(twin).containsAnyElementsOf(met);
    }
  }

  @Test
  void a_schema_is_told_as_from_the_database() {
    Random random = new Random(5);
    Schema schema = Schema.random(random);
    assertThat(schema.text()).contains(schema.owner().name() + ": id number ,  name text");
    Task spider = QuickTwin.named("spider").task(SMALL, 1);
    List<String> schemas =
        spider.databases().orElseThrow().names().stream()
            .map(name -> SpiderSchema.of(spider.databases().orElseThrow().get(name)))
            .toList();
    assertThat(schemas).isNotEmpty();
    for (String told : schemas) {
      assertThat(shapeOfSchema(told)).isEqualTo(shapeOfSchema(schema.text()));
    }
  }

  /** All but the names. */
  private static String shapeOfSchema(String schema) {
    return schema
        .replaceAll("\\b\\w+_id number", "* number")
        .replaceAll("from \\w+", "from *")
        .replaceAll("\\w+ (text|number)", "* $1")
        .replaceAll("(^|\\| )\\w+:", "$1*:");
  }

  /** Separators and line ends, and what is between them as how many sentences it has. */
  private static String shape(String prompt) {
    return prompt.replaceAll("[^#\\n\\\\]+", "-");
  }

  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    for (String word : text.split("[^\\p{L}\\p{N}]+")) {
      if (!word.isEmpty()) {
        words.add(word);
      }
    }
    return words;
  }
}
