package dev.adder.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A classification task posed as language modelling: instruction, input, separator, then the class
 * as one digit.
 *
 * @param name such as "rte" or "quick-rte"
 * @param instruction read before every input; encoded by itself
 * @param classes what the digits 0, 1, … mean
 * @param metric "accuracy" or "matthews_correlation"
 * @param train what is trained on
 * @param validation what choices are made by
 * @param test what is reported
 */
public record Task(
    String name,
    String instruction,
    List<String> classes,
    String metric,
    List<Example> train,
    List<Example> validation,
    List<Example> test) {

  /** Text between the pieces; ordinary text to the tokenizer. */
  public static final String SEPARATOR = "###";

  public Task {
    classes = List.copyOf(classes);
    train = List.copyOf(train);
    validation = List.copyOf(validation);
    test = List.copyOf(test);
  }

  /** SHA-256 of instruction and examples, in order; lower-case hex. */
  public String fingerprint() {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException("This JDK lacks SHA-256.", everyJdkHasIt);
    }
    digest.update(instruction.getBytes(StandardCharsets.UTF_8));
    for (List<Example> split : List.of(train, validation, test)) {
      for (Example example : split) {
        digest.update((example.input() + "\0" + example.label()).getBytes(StandardCharsets.UTF_8));
      }
      digest.update((byte) 1);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Training batches in the order of a seed. */
  public Batches trainingBatches(Tokens tokens, int batchSize, long seed) {
    return new Batches(encode(train, tokens), batchSize, seed);
  }

  /** Examples as tokens: instruction, input with separator, and label are encoded separately. */
  public List<TokenExample> encode(List<Example> examples, Tokens tokens) {
    int[] prefix = tokens.encode(instruction + SEPARATOR);
    List<TokenExample> encoded = new ArrayList<>();
    for (Example example : examples) {
      int[] input = tokens.encode(example.input() + SEPARATOR);
      int[] prompt = java.util.Arrays.copyOf(prefix, prefix.length + input.length);
      System.arraycopy(input, 0, prompt, prefix.length, input.length);
      encoded.add(new TokenExample(prompt, tokens.encode(example.label())));
    }
    return encoded;
  }

  /** The token of each class digit. */
  public int[] classTokens(Tokens tokens) {
    int[] ids = new int[classes.size()];
    for (int i = 0; i < ids.length; i++) {
      int[] digit = tokens.encode(String.valueOf(i));
      if (digit.length != 1) {
        throw new IllegalArgumentException(
            "The tokenizer splits the class digit %d into %d tokens; a class must be one token."
                .formatted(i, digit.length));
      }
      ids[i] = digit[0];
    }
    return ids;
  }
}
