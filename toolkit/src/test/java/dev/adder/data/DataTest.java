package dev.adder.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataTest {

  @TempDir private static Path folder;
  private static Tokens tokens;

  @BeforeAll
  static void train() throws IOException {
    List<String> text = new ArrayList<>();
    QuickText source = new QuickText(1);
    for (int i = 0; i < 300; i++) {
      text.add(source.document(i));
    }
    BpeTrainer.train(text, 400, folder.resolve("tokenizer.json"));
    tokens = Tokens.load(folder.resolve("tokenizer.json"));
  }

  @ParameterizedTest
  @CsvSource({
    "10, 7 4 0 2 1 5 6 8 3 9",
    "2490, 734 489 321 535 1703",
    "3668, 3412 2409 3563 3292 3274",
    "8551, 1908 2647 2915 3648 2750",
    "67349, 61093 63204 62130 22180 51415",
    "104743, 60523 89711 96255 1616 90449",
    "363846, 196204 43007 255092 200853 356316",
    "392702, 353210 220096 61558 1595 26935",
    "7000, 2240 5475 6615 2161 6895"
  })
  void the_split_is_numpys_to_the_bit(int n, String first) {
    int[] order = Permutation.of(123, n);
    String[] expected = first.split(" ");
    for (int i = 0; i < expected.length; i++) {
      assertThat(order[i]).isEqualTo(Integer.parseInt(expected[i]));
    }
    assertThat(order).doesNotHaveDuplicates().hasSize(n);
  }

  @Test
  void training_examples_of_rte_begin_where_the_validation_ends() {
    int[] order = Permutation.of(123, 2490);
    assertThat(List.of(order[498], order[499], order[500], order[501], order[502]))
        .containsExactly(1723, 1545, 1671, 1005, 1053);
  }

  @Test
  void any_text_is_encoded_and_decoded_to_itself() {
    for (String text :
        List.of("The door is open.", "grün → ✓ 😀\n\ttab", " two  spaces", "###", "0", "")) {
      assertThat(tokens.decode(tokens.encode(text))).isEqualTo(text);
    }
    assertThat(tokens.encode("!")).containsExactly(2);
    assertThat(tokens.encode("0")).containsExactly(17);
    assertThat(tokens.encode("A")).containsExactly(34);
  }

  @Test
  void a_long_text_is_not_cut() {
    String text = "The door is open. ".repeat(2000);
    assertThat(tokens.decode(tokens.encode(text))).isEqualTo(text);
  }

  @Test
  void the_same_text_gives_the_same_tokenizer() throws IOException {
    List<String> text = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      text.add(new QuickText(1).document(i));
    }
    BpeTrainer.train(text, 400, folder.resolve("again.json"));
    assertThat(Files.readString(folder.resolve("again.json")))
        .isEqualTo(Files.readString(folder.resolve("tokenizer.json")));
  }

  @Test
  void only_label_tokens_are_targets_and_each_is_the_token_that_comes_next() {
    TokenExample example = new TokenExample(new int[] {5, 6, 7}, new int[] {8, 9});
    TokenExample shorter = new TokenExample(new int[] {3}, new int[] {4});
    TokenBatch batch = TokenBatch.of(List.of(example, shorter));
    assertThat(batch.inputIds()).containsExactly(5, 6, 7, 8, 3, 0, 0, 0);
    assertThat(batch.targets()).containsExactly(-100, -100, 8, 9, 4, -100, -100, -100);
    assertThat(batch.labelPositions()).containsExactly(2, 3, 4);
    assertThat(batch.labels()).containsExactly(8, 9, 4);
  }

  @Test
  void the_template_is_that_of_the_released_code() {
    Task task = QuickRte.task(10, 4, 1);
    assertThat(task.template().instruction())
        .isEqualTo(
            "Determine if the given pair of sentences displays entailment or not_entailment. Respond"
                + " with '0' if entailment or '1' if not_entailment: ");
    Example example = task.train().get(0);
    TokenExample encoded = task.encode(List.of(example), tokens).get(0);
    assertThat(tokens.decode(encoded.prompt()))
        .isEqualTo(task.template().instruction() + "###" + example.input() + "###");
    assertThat(tokens.decode(encoded.label())).isEqualTo(example.label()).matches("[01]");
  }

  @Test
  void batches_are_a_pure_function_of_seed_and_index_and_use_every_example_once_an_epoch() {
    List<TokenExample> examples = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      examples.add(new TokenExample(new int[] {i}, new int[] {1}));
    }
    Batches one = new Batches(examples, 3, 5);
    Batches other = new Batches(examples, 3, 5);
    int[] late = other.get(7).inputIds();
    Set<Integer> seen = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      for (int id : one.get(i).inputIds()) {
        assertThat(seen.add(id)).isTrue();
      }
    }
    assertThat(seen).hasSize(9);
    assertThat(one.get(7).inputIds()).containsExactly(late);
    assertThat(new Batches(examples, 3, 6).get(0).inputIds()).isNotEqualTo(one.get(0).inputIds());
    assertThatThrownBy(() -> new Batches(examples, 11, 1)).hasMessageContaining("from 1 to 10");
  }

  @Test
  void the_twin_is_balanced_and_its_test_premises_are_new() {
    Task task = QuickRte.task(800, 400, 11);
    assertThat(task.train()).hasSize(640);
    assertThat(task.validation()).hasSize(160);
    assertThat(task.test().stream().filter(e -> e.label().equals("0"))).hasSize(200);
    Set<Set<String>> seen = new HashSet<>();
    List<Example> official = new ArrayList<>(task.train());
    official.addAll(task.validation());
    official.forEach(e -> seen.add(sentences(e)));
    assertThat(task.test()).noneMatch(e -> seen.contains(sentences(e)));
    assertThat(QuickRte.task(800, 400, 11)).isEqualTo(task);
  }

  private static Set<String> sentences(Example example) {
    return new HashSet<>(List.of(example.input().split("###")[0].split("(?<=\\.) ")));
  }

  @Test
  void no_surface_cue_tells_the_label_of_the_twin() {
    Task task = QuickRte.task(1200, 400, 11);
    List<String> words =
        task.train().stream()
            .flatMap(e -> List.of(e.input().replace("###", " # ").split(" ")).stream())
            .distinct()
            .sorted()
            .toList();
    assertThat(cueAccuracy(task, e -> bag(e, words))).isLessThan(0.58);
    assertThat(cueAccuracy(task, DataTest::lengthAndOverlap)).isLessThan(0.58);
    assertThat(cueAccuracy(task, DataTest::sharedPhrases)).isLessThan(0.6);
  }

  private interface Features {
    double[] of(Example example);
  }

  private static double[] bag(Example example, List<String> words) {
    double[] bag = new double[2 * words.size() + 1];
    String[] parts = example.input().split("###");
    for (int side = 0; side < 2; side++) {
      for (String word : parts[side].split(" ")) {
        int at = words.indexOf(word);
        if (at >= 0) {
          bag[side * words.size() + at]++;
        }
      }
    }
    bag[bag.length - 1] = 1;
    return bag;
  }

  private static double[] lengthAndOverlap(Example example) {
    String[] parts = example.input().split("###");
    Set<String> premise = new HashSet<>(List.of(parts[0].split(" ")));
    double shared = 0;
    for (String word : parts[1].split(" ")) {
      shared += premise.contains(word) ? 1 : 0;
    }
    return new double[] {parts[0].length() / 50.0, parts[1].length() / 50.0, shared, 1};
  }

  /**
   * Whether the hypothesis stands in the premise, and how many word pairs and triples they share.
   */
  private static double[] sharedPhrases(Example example) {
    String[] parts =
        example.input().replace(".", "").toLowerCase(java.util.Locale.ROOT).split("###");
    String[] words = parts[1].split(" ");
    double pairs = 0;
    double triples = 0;
    for (int i = 0; i + 1 < words.length; i++) {
      pairs += parts[0].contains(words[i] + " " + words[i + 1]) ? 1 : 0;
      boolean triple = i + 2 < words.length;
      triples +=
          triple && parts[0].contains(words[i] + " " + words[i + 1] + " " + words[i + 2]) ? 1 : 0;
    }
    return new double[] {parts[0].contains(parts[1]) ? 1 : 0, pairs, triples, 1};
  }

  /** Test accuracy of a logistic regression, trained by gradient descent. */
  private static double cueAccuracy(Task task, Features features) {
    List<double[]> x = task.train().stream().map(features::of).toList();
    double[] weights = new double[x.get(0).length];
    for (int epoch = 0; epoch < 60; epoch++) {
      for (int i = 0; i < x.size(); i++) {
        double error = label(task.train().get(i)) - probability(weights, x.get(i));
        for (int j = 0; j < weights.length; j++) {
          weights[j] += 0.02 * (error * x.get(i)[j] - 1e-3 * weights[j]);
        }
      }
    }
    double right = 0;
    for (Example example : task.test()) {
      boolean one = probability(weights, features.of(example)) > 0.5;
      right += one == (label(example) == 1) ? 1 : 0;
    }
    return right / task.test().size();
  }

  private static int label(Example example) {
    return Integer.parseInt(example.label());
  }

  private static double probability(double[] weights, double[] x) {
    double sum = 0;
    for (int j = 0; j < weights.length; j++) {
      sum += weights[j] * x[j];
    }
    return 1 / (1 + Math.exp(-sum));
  }
}
