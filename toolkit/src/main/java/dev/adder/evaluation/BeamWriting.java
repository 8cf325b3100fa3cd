package dev.adder.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Beam search behind one prompt.
 *
 * <p>In every step the 2 · beams best continuations of all beams are looked at, best first. Those
 * that end the text and are among the first {@code beams} become hypotheses; the others fill the
 * beams. As many hypotheses as beams are kept, the best by sum of log-probabilities over (number of
 * tokens)^penalty. The search ends when the worst of them is at least as good as the best
 * continuation of this step would be by its present sum and length.
 */
final class BeamWriting implements Writing {

  /** What all beams but the first start with, so that the first step takes different tokens. */
  private static final double NEVER = -1e9;

  /** The last token of a beam, and what stands before it. */
  private record Node(int token, @Nullable Node before) {}

  /** A finished text with its score. */
  private record Hypothesis(double score, @Nullable Node last, int length) {}

  private final BeamSearch search;
  private final int promptLength;
  private final int stopToken;

  private final double[] sums;
  private final @Nullable Node[] lasts;
  private final List<Hypothesis> hypotheses = new ArrayList<>();
  private int written;

  private final int[] parents;
  private final int[] tokens;

  // The best continuations of this step, best first.
  private final double[] bestSums;
  private final int[] bestBeams;
  private final int[] bestTokens;
  private int found;

  BeamWriting(BeamSearch search, int promptLength, int stopToken) {
    this.search = search;
    this.promptLength = promptLength;
    this.stopToken = stopToken;
    int beams = search.beams();
    sums = new double[beams];
    Arrays.fill(sums, 1, beams, NEVER);
    lasts = new Node[beams];
    parents = new int[beams];
    tokens = new int[beams];
    bestSums = new double[2 * beams];
    bestBeams = new int[2 * beams];
    bestTokens = new int[2 * beams];
  }

  @Override
  public boolean choose(float[][] logits) {
    found = 0;
    for (int beam = 0; beam < search.beams(); beam++) {
      // All beams stand behind the prompt at first.
      look(beam, written == 0 ? logits[0] : logits[beam]);
    }
    continueBest();
    if (isDone()) {
      return false;
    }
    written++;
    if (written < search.maxNewTokens()) {
      return true;
    }
    for (int beam = 0; beam < search.beams(); beam++) {
      finish(sums[beam], lasts[beam], written, written);
    }
    return false;
  }

  /** Takes the continuations of a beam that are among the best. */
  private void look(int beam, float[] logits) {
    double normalizer = sums[beam] - logSumExp(logits);
    boolean mayStop = promptLength + written >= search.minLength();
    for (int token = 0; token < logits.length; token++) {
      double sum = logits[token] + normalizer;
      if ((found < bestSums.length || sum > bestSums[found - 1])
          && (token != stopToken || mayStop)) {
        insert(sum, beam, token);
      }
    }
  }

  private static double logSumExp(float[] logits) {
    float largest = logits[0];
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - largest);
    }
    return largest + Math.log(sum);
  }

  private void insert(double sum, int beam, int token) {
    int at = found < bestSums.length ? found++ : found - 1;
    while (at > 0 && sum > bestSums[at - 1]) {
      bestSums[at] = bestSums[at - 1];
      bestBeams[at] = bestBeams[at - 1];
      bestTokens[at] = bestTokens[at - 1];
      at--;
    }
    bestSums[at] = sum;
    bestBeams[at] = beam;
    bestTokens[at] = token;
  }

  /** Makes hypotheses and beams of the best continuations. */
  private void continueBest() {
    int kept = 0;
    Node[] before = lasts.clone();
    for (int rank = 0; rank < found && kept < search.beams(); rank++) {
      Node last = before[bestBeams[rank]];
      if (bestTokens[rank] != stopToken) {
        parents[kept] = written == 0 ? 0 : bestBeams[rank];
        tokens[kept] = bestTokens[rank];
        sums[kept] = bestSums[rank];
        lasts[kept] = new Node(bestTokens[rank], last);
        kept++;
      } else if (rank < search.beams()) {
        finish(bestSums[rank], last, written, written + 1);
      }
    }
  }

  /**
   * @param length tokens of the text
   * @param scored tokens whose probabilities are in the sum
   */
  private void finish(double sum, @Nullable Node last, int length, int scored) {
    Hypothesis hypothesis = new Hypothesis(score(sum, scored), last, length);
    if (hypotheses.size() < search.beams()) {
      hypotheses.add(hypothesis);
    } else if (hypothesis.score() > hypotheses.get(worst()).score()) {
      hypotheses.remove(worst());
      hypotheses.add(hypothesis);
    }
  }

  private double score(double sum, int length) {
    return sum / Math.pow(length, search.lengthPenalty());
  }

  /** Index of the worst hypothesis, the earliest of several. */
  private int worst() {
    int worst = 0;
    for (int i = 1; i < hypotheses.size(); i++) {
      worst = hypotheses.get(i).score() < hypotheses.get(worst).score() ? i : worst;
    }
    return worst;
  }

  private boolean isDone() {
    return hypotheses.size() == search.beams()
        && hypotheses.get(worst()).score() >= score(bestSums[0], written + 1);
  }

  @Override
  public int[] parents() {
    return parents;
  }

  @Override
  public int[] tokens() {
    return tokens;
  }

  @Override
  public int[] text() {
    Hypothesis best = hypotheses.get(0);
    for (Hypothesis each : hypotheses) {
      // The latest of several, as the released code takes it.
      best = each.score() >= best.score() ? each : best;
    }
    int[] text = new int[best.length()];
    Node node = best.last();
    for (int i = text.length - 1; i >= 0 && node != null; i--) {
      text[i] = node.token();
      node = node.before();
    }
    return text;
  }
}
