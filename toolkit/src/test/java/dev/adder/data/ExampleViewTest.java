package dev.adder.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adder.data.ExampleView.Part;
import dev.adder.data.ExampleView.Position;
import dev.adder.data.ExampleView.Segment;
import dev.adder.data.QuickTwin.Sizes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One example of every twin as text, as tokens and as masked labels. */
class ExampleViewTest {

  private static final Sizes SMALL = new Sizes(50, 10, 10);

  private static Tokens tokens;

  @BeforeAll
  static void load() throws IOException {
    tokens = Tokens.load(Path.of("../data/quick-mamba/tokenizer.json"));
  }

  static Stream<QuickTwin> twins() {
    return Stream.concat(QuickTwin.all().stream(), QuickTwin.others().stream());
  }

  @ParameterizedTest
  @MethodSource("twins")
  void an_example_is_shown_as_training_reads_it(QuickTwin twin) {
    Task task = twin.task(SMALL, 1);
    Example example = task.train().get(0);
    ExampleView view = task.view(example, tokens);
    TokenBatch batch = TokenBatch.of(task.encode(List.of(example), tokens));
    assertThat(view.positions().stream().mapToInt(Position::id))
        .containsExactly(boxed(batch.inputIds()));
    assertThat(view.positions().stream().mapToInt(Position::target))
        .containsExactly(boxed(batch.targets()));
    assertThat(view.counted()).isEqualTo(batch.labels().length);
    assertThat(view.task()).isEqualTo(task.name());
    // The texts are all that is read, and the tokens' texts joined are the texts again.
    String all = view.segments().stream().map(Segment::text).collect(Collectors.joining());
    int[] label = tokens.encode(view.segments().get(view.segments().size() - 1).text());
    String last = tokens.decode(new int[] {label[label.length - 1]});
    String read = view.positions().stream().map(Position::token).collect(Collectors.joining());
    assertThat(read + last).isEqualTo(all);
    // What counts is behind the last token of the input, and what is said there is the answer.
    List<Position> counted = view.positions().stream().filter(Position::counts).toList();
    assertThat(counted.stream().mapToInt(Position::target)).containsExactly(boxed(label));
    assertThat(counted.get(0).part()).isEqualTo(Part.INPUT);
    assertThat(counted.stream().skip(1)).allMatch(position -> position.part() == Part.LABEL);
  }

  private static Integer[] boxed(int[] values) {
    return Arrays.stream(values).boxed().toArray(Integer[]::new);
  }

  @Test
  void a_view_says_what_it_is_and_counts_its_texts_tokens() {
    Task task =
        new Task(
            "test",
            Form.CORRECTED,
            Template.PLAIN,
            new Answer.Text(),
            Optional.empty(),
            List.of("bleu"),
            new Splits(List.of(), List.of(), List.of()),
            new Origin("", "", true, "", ""));
    ExampleView view = task.view(new Example("a\r\nb", List.of("c", "d")), tokens);
    assertThat(view.segments())
        .extracting(Segment::part, Segment::text)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(Part.INPUT, "a\r\nb###"),
            org.assertj.core.groups.Tuple.tuple(Part.LABEL, "c<|endoftext|>"));
    assertThat(view.segments().stream().mapToInt(Segment::tokens).sum())
        .isEqualTo(view.positions().size() + 1);
    assertThat(view)
        .hasToString(
            "test (corrected): %d tokens read, 2 count".formatted(view.positions().size()));
    assertThat(ExampleView.visible("a\r\nb")).isEqualTo("a␍⏎b");
  }
}
