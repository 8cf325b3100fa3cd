package dev.adder.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A task posed as language modelling: instruction, input, separator, then the answer, whose tokens
 * alone are learnt.
 *
 * @param name such as "rte", "quick-rte" or "spider-corrected"
 * @param form whether it is posed exactly as by the released code
 * @param template how examples become tokens
 * @param answer what is asked for
 * @param limit which examples are too long, if any are
 * @param metrics names of the metrics, at least one; choices are made by the first
 * @param splits the examples
 * @param origin where they come from
 * @param databases that queries are asked of; only Spider has them
 */
public record Task(
    String name,
    Form form,
    Template template,
    Answer answer,
    Optional<LengthLimit> limit,
    List<String> metrics,
    Splits splits,
    Origin origin,
    Optional<Databases> databases) {

  public Task {
    metrics = List.copyOf(metrics);
    if (metrics.isEmpty()) {
      throw new IllegalArgumentException("Task " + name + " has no metric; give at least one.");
    }
  }

  /** A task without databases. */
  public Task(
      String name,
      Form form,
      Template template,
      Answer answer,
      Optional<LengthLimit> limit,
      List<String> metrics,
      Splits splits,
      Origin origin) {
    this(name, form, template, answer, limit, metrics, splits, origin, Optional.empty());
  }

  /** The same task with these databases. */
  public Task withDatabases(Databases given) {
    return new Task(
        name, form, template, answer, limit, metrics, splits, origin, Optional.of(given));
  }

  /** What is trained on. */
  public List<Example> train() {
    return splits.train();
  }

  /** What choices are made by. */
  public List<Example> validation() {
    return splits.validation();
  }

  /** What is reported. */
  public List<Example> test() {
    return splits.test();
  }

  /** The metric that choices are made by. */
  public String metric() {
    return metrics.get(0);
  }

  /** The same task under another name, with examples from elsewhere. */
  public Task as(String otherName, Origin otherOrigin) {
    return new Task(
        otherName, form, template, answer, limit, metrics, splits, otherOrigin, databases);
  }

  /** SHA-256 of instruction and examples, in order; lower-case hex. */
  public String fingerprint() {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException("This JDK lacks SHA-256.", everyJdkHasIt);
    }
    digest.update(template.instruction().getBytes(StandardCharsets.UTF_8));
    for (List<Example> split : splits.all()) {
      for (Example example : split) {
        String text = example.input() + "\0" + String.join("\0", example.answers());
        digest.update(text.getBytes(StandardCharsets.UTF_8));
      }
      digest.update((byte) 1);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Training batches in the order of a seed. */
  public Batches trainingBatches(Tokens tokens, int batchSize, long seed) {
    return new Batches(encode(train(), tokens), batchSize, seed);
  }

  /** Examples as tokens: prefix, input with separator, and label are encoded separately. */
  public List<TokenExample> encode(List<Example> examples, Tokens tokens) {
    int[] prefix = tokens.encode(template.prefix());
    List<TokenExample> encoded = new ArrayList<>(examples.size());
    for (Example example : examples) {
      int[] input = tokens.encode(template.input(example));
      int[] prompt = Arrays.copyOf(prefix, prefix.length + input.length);
      System.arraycopy(input, 0, prompt, prefix.length, input.length);
      encoded.add(new TokenExample(prompt, tokens.encode(example.label() + answer.ending())));
    }
    return encoded;
  }

  /** An example as text, as tokens, and as labels of which only the answer's count. */
  public ExampleView view(Example example, Tokens tokens) {
    return ExampleView.of(this, example, tokens);
  }

  /**
   * The same task without the examples that are too long for it; the task itself where it has no
   * limit. To be asked before training and scoring.
   */
  public Task within(Tokens tokens) {
    if (limit.isEmpty()) {
      return this;
    }
    LengthLimit most = limit.get();
    Splits kept =
        new Splits(
            shortOf(train(), tokens, most),
            most.everywhere() ? shortOf(validation(), tokens, most) : validation(),
            most.everywhere() ? shortOf(test(), tokens, most) : test());
    return new Task(
        name, form, template, answer, Optional.empty(), metrics, kept, origin, databases);
  }

  private List<Example> shortOf(List<Example> examples, Tokens tokens, LengthLimit most) {
    return examples.stream().filter(e -> length(e, tokens) <= most.tokens()).toList();
  }

  private int length(Example example, Tokens tokens) {
    return tokens.encode(template.input(example)).length
        + tokens.encode(example.label() + answer.ending()).length;
  }

  /**
   * The token of each class word.
   *
   * @throws IllegalArgumentException if the task asks for text, or a word is not one token
   */
  public int[] classTokens(Tokens tokens) {
    if (!(answer instanceof Answer.Choice choice)) {
      throw new IllegalArgumentException(
          "Task %s is answered by text; it has no classes.".formatted(name));
    }
    int[] ids = new int[choice.words().size()];
    for (int i = 0; i < ids.length; i++) {
      int[] word = tokens.encode(choice.words().get(i));
      if (word.length != 1) {
        throw new IllegalArgumentException(
            "The tokenizer splits the class word \"%s\" into %d tokens; a class must be one token."
                .formatted(choice.words().get(i), word.length));
      }
      ids[i] = word[0];
    }
    return ids;
  }
}
