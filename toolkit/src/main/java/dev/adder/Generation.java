package dev.adder;

import dev.adder.data.Answer;
import dev.adder.data.Tokens;
import dev.adder.evaluation.Decoding;
import dev.adder.evaluation.Generator;
import dev.adder.evaluation.Sampling;
import dev.adder.model.Mamba;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Writing on from one text or several, described word by word; {@link #run} does it.
 *
 * @param <R> a text, or a list of them
 */
public final class Generation<R> {

  private static final int TOKENS = 50;
  private static final long SEED = 42;

  private final Mamba mamba;
  private final Tokens tokens;
  private final List<String> prompts;
  private final Function<List<String>, R> result;
  private final Decoding decoding;

  private Generation(
      Mamba mamba,
      Tokens tokens,
      List<String> prompts,
      Function<List<String>, R> result,
      Decoding decoding) {
    this.mamba = mamba;
    this.tokens = tokens;
    this.prompts = List.copyOf(prompts);
    this.result = result;
    this.decoding = decoding;
  }

  static Generation<String> one(Mamba mamba, Tokens tokens, String prompt) {
    return new Generation<>(
        mamba, tokens, List.of(prompt), texts -> texts.get(0), Decoding.greedy(TOKENS));
  }

  static Generation<List<String>> several(Mamba mamba, Tokens tokens, List<String> prompts) {
    return new Generation<>(mamba, tokens, prompts, Function.identity(), Decoding.greedy(TOKENS));
  }

  /** Chooses tokens this way. */
  public Generation<R> decoding(Decoding value) {
    return new Generation<>(mamba, tokens, prompts, result, value);
  }

  /** Writes at most so many tokens; 50 if not said. */
  public Generation<R> maxNewTokens(int value) {
    return decoding(decoding.maxNewTokens(value));
  }

  /** Searches the most probable text with so many beams, instead of token by token. */
  public Generation<R> beams(int value) {
    return decoding(Decoding.beams(value, decoding.maxNewTokens()));
  }

  /** Draws tokens by chance, by default of all, at temperature 1 and with seed 42. */
  public Sampled<R> sample() {
    return new Sampled<>(this, Decoding.sampling(decoding.maxNewTokens(), SEED));
  }

  /**
   * Writes.
   *
   * @return what comes after each prompt, without what ends it
   * @throws IllegalArgumentException if a prompt is empty
   * @throws java.util.concurrent.CancellationException if the thread is interrupted
   */
  public R run() {
    List<int[]> encoded = prompts.stream().map(tokens::encode).toList();
    int[] end = tokens.encode(Answer.Text.END);
    List<String> texts = new ArrayList<>();
    try (Generator generator = Generator.of(mamba)) {
      int stop = end.length == 1 ? end[0] : -1;
      generator
          .generate(encoded, decoding, stop)
          .forEach(written -> texts.add(tokens.decode(written)));
    }
    return result.apply(texts);
  }

  /**
   * Writing by chance.
   *
   * @param <R> a text, or a list of them
   */
  public static final class Sampled<R> {

    private final Generation<R> generation;
    private final Sampling sampling;

    private Sampled(Generation<R> generation, Sampling sampling) {
      this.generation = generation;
      this.sampling = sampling;
    }

    private Sampled<R> with(Sampling changed) {
      return new Sampled<>(generation, changed);
    }

    /** Writes at most so many tokens. */
    public Sampled<R> maxNewTokens(int value) {
      return with(sampling.maxNewTokens(value));
    }

    /** Divides the logits by this; above 0. */
    public Sampled<R> temperature(double value) {
      return with(sampling.temperature(value));
    }

    /** Draws from so many most probable tokens; 0 for all. */
    public Sampled<R> topK(int value) {
      return with(sampling.topK(value));
    }

    /** Draws from the fewest tokens whose probabilities reach this. */
    public Sampled<R> topP(double value) {
      return with(sampling.topP(value));
    }

    /** The same seed writes the same text. */
    public Sampled<R> seed(long value) {
      return with(sampling.seed(value));
    }

    /** Writes; see {@link Generation#run}. */
    public R run() {
      return generation.decoding(sampling).run();
    }
  }
}
