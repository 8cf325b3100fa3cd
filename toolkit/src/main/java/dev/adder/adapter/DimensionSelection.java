package dev.adder.adapter;

import dev.adder.model.WeightSlot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The channels and states of one block that are trained, those that are zeroed, and the scores they
 * were chosen by.
 *
 * @param layer index of the block, from 0
 * @param channels chosen channels, best first
 * @param states for each chosen channel, in the same order, its chosen states, best first
 * @param scores by [channel][state], such as the squared change of A_log in the warm-up
 * @param zeroedChannels channels of which all states are zeroed, worst first
 * @param zeroedStates for each chosen channel, in the same order, its zeroed states, worst first
 */
public record DimensionSelection(
    int layer,
    List<Integer> channels,
    List<List<Integer>> states,
    float[][] scores,
    List<Integer> zeroedChannels,
    List<List<Integer>> zeroedStates) {

  public DimensionSelection {
    channels = List.copyOf(channels);
    states = states.stream().map(List::copyOf).toList();
    zeroedChannels = List.copyOf(zeroedChannels);
    zeroedStates = zeroedStates.stream().map(List::copyOf).toList();
  }

  /** A selection that zeroes nothing. */
  public DimensionSelection(
      int layer, List<Integer> channels, List<List<Integer>> states, float[][] scores) {
    this(layer, channels, states, scores, List.of(), List.of());
  }

  /**
   * Chooses by score: channels by their sum over the states, then the states of each chosen
   * channel; the lower index wins a tie. What is ranked last is zeroed.
   *
   * @param scores of one block by [channel][state]
   * @param channelShare how many channels
   * @param stateShare how many states of each
   */
  static DimensionSelection byScore(
      int layer, float[][] scores, Share channelShare, Share stateShare, Pruning pruning) {
    int dInner = scores.length;
    int dState = scores[0].length;
    double[] channelScores = new double[dInner];
    for (int c = 0; c < dInner; c++) {
      for (int n = 0; n < dState; n++) {
        channelScores[c] += scores[c][n];
      }
    }
    List<Integer> channels = largest(channelScores, channelShare.of(dInner, "channel"));
    List<List<Integer>> states = new ArrayList<>();
    List<List<Integer>> zeroedStates = new ArrayList<>();
    for (int channel : channels) {
      double[] stateScores = new double[dState];
      for (int n = 0; n < dState; n++) {
        stateScores[n] = scores[channel][n];
      }
      states.add(largest(stateScores, stateShare.of(dState, "state")));
      pruning
          .states()
          .ifPresent(share -> zeroedStates.add(smallest(stateScores, share.of(dState, "state"))));
    }
    List<Integer> zeroedChannels =
        pruning
            .channels()
            .map(share -> smallest(channelScores, share.of(dInner, "channel")))
            .orElse(List.of());
    return new DimensionSelection(layer, channels, states, scores, zeroedChannels, zeroedStates);
  }

  private static List<Integer> smallest(double[] scores, int count) {
    List<Integer> ranked = new ArrayList<>(largest(scores, scores.length));
    java.util.Collections.reverse(ranked);
    return ranked.subList(0, count);
  }

  /** The places of the largest scores, best first; the lower index wins a tie. */
  static List<Integer> largest(double[] scores, int count) {
    return IntStream.range(0, scores.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -scores[i]).thenComparing(i -> i))
        .limit(count)
        .toList();
  }

  static DimensionSelection required(Optional<DimensionSelection> selection, WeightSlot slot) {
    return selection.orElseThrow(
        () ->
            new IllegalStateException(
                "No channels are selected for %s yet. Run the warm-up first; training does."
                    .formatted(slot.name())));
  }
}
