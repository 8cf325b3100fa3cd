package dev.adder.evaluation;

import dev.adder.tensor.KeyedRandom;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Tokens by chance. Logits are divided by the temperature; then only the {@code topK} most probable
 * tokens stay, with those as probable as the last of them; then the fewest of these, most probable
 * first, whose probabilities reach {@code topP}.
 *
 * <p>What is written behind a prompt is a function of the seed and of the prompt's place among
 * those given, whatever the batch.
 *
 * @param maxNewTokens 0 or more
 * @param temperature above 0; below 1 the probable gets more probable
 * @param topK 0 for all
 * @param topP above 0 and at most 1, which is all
 * @param seed of the random numbers
 */
public record Sampling(int maxNewTokens, double temperature, int topK, double topP, long seed)
    implements Decoding {

  public Sampling {
    Decoding.requireMaxNewTokens(maxNewTokens);
    if (!(temperature > 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          "The temperature is %s; it must be above 0. For the most probable token use greedy decoding."
              .formatted(temperature));
    }
    if (topK < 0) {
      throw new IllegalArgumentException(
          "topK is %d; give the number of tokens to choose from, or 0 for all.".formatted(topK));
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException(
          "topP is %s; give a probability above 0, or 1 for all tokens.".formatted(topP));
    }
  }

  @Override
  public Sampling maxNewTokens(int value) {
    return new Sampling(value, temperature, topK, topP, seed);
  }

  public Sampling seed(long value) {
    return new Sampling(maxNewTokens, temperature, topK, topP, value);
  }

  public Sampling temperature(double value) {
    return new Sampling(maxNewTokens, value, topK, topP, seed);
  }

  public Sampling topK(int value) {
    return new Sampling(maxNewTokens, temperature, value, topP, seed);
  }

  public Sampling topP(double value) {
    return new Sampling(maxNewTokens, temperature, topK, value, seed);
  }

  @Override
  public int rows() {
    return 1;
  }

  @Override
  public String describe() {
    return "sampling, temperature %s%s%s, seed %d"
        .formatted(
            number(temperature),
            topK > 0 ? ", top-k " + topK : "",
            topP < 1 ? ", top-p " + number(topP) : "",
            seed);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value).replaceAll("\\.?0+$", "");
  }

  @Override
  public Writing begin(long index, int promptLength, int stopToken) {
    KeyedRandom random = KeyedRandom.of(seed).derive("sampling").derive(index);
    return new SingleWriting(
        maxNewTokens, stopToken, (logits, step) -> draw(probabilities(logits), random.bits(step)));
  }

  private static int draw(double[] probabilities, long bits) {
    double left = (bits >>> 11) * 0x1p-53;
    int last = 0;
    for (int i = 0; i < probabilities.length; i++) {
      if (probabilities[i] > 0) {
        last = i;
        left -= probabilities[i];
        if (left < 0) {
          return i;
        }
      }
    }
    // The probabilities sum up to a little less than 1 and the number was in between.
    return last;
  }

  /** The probability that each token is drawn. */
  double[] probabilities(float[] logits) {
    double[] scores = new double[logits.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = logits[i] / temperature;
    }
    if (topK > 0 && topK < scores.length) {
      double[] sorted = scores.clone();
      Arrays.sort(sorted);
      double least = sorted[sorted.length - topK];
      keep(scores, least, Double.NEGATIVE_INFINITY);
    }
    softmax(scores);
    if (topP < 1) {
      nucleus(scores);
    }
    return scores;
  }

  private static void keep(double[] values, double least, double otherwise) {
    for (int i = 0; i < values.length; i++) {
      values[i] = values[i] < least ? otherwise : values[i];
    }
  }

  private static void softmax(double[] scores) {
    double largest = Arrays.stream(scores).max().orElseThrow();
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      scores[i] = Math.exp(scores[i] - largest);
      sum += scores[i];
    }
    for (int i = 0; i < scores.length; i++) {
      scores[i] /= sum;
    }
  }

  private void nucleus(double[] probabilities) {
    // All tokens below this together are less than what may be left out, so they are.
    double tail = (1 - topP) / probabilities.length;
    int[] order =
        IntStream.range(0, probabilities.length)
            .filter(i -> probabilities[i] >= tail)
            .boxed()
            .sorted((a, b) -> Double.compare(probabilities[b], probabilities[a]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] kept = new double[probabilities.length];
    double sum = 0;
    for (int i = 0; i < order.length && (sum < topP || i == 0); i++) {
      kept[order[i]] = probabilities[order[i]];
      sum += probabilities[order[i]];
    }
    for (int i = 0; i < kept.length; i++) {
      probabilities[i] = kept[i] / sum;
    }
  }
}
