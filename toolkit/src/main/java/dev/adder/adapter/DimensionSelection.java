package dev.adder.adapter;

import dev.adder.model.WeightSlot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The channels and states of one block that are trained, and the scores they were chosen by.
 *
 * @param layer index of the block, from 0
 * @param channels chosen channels, best first
 * @param states for each chosen channel, in the same order, its chosen states, best first
 * @param scores squared change of A_log in the warm-up, by [channel][state]
 */
public record DimensionSelection(
    int layer, List<Integer> channels, List<List<Integer>> states, float[][] scores) {

  public DimensionSelection {
    channels = List.copyOf(channels);
    states = states.stream().map(List::copyOf).toList();
  }

  /**
   * Chooses by squared change: channels by their sum over the states, then the states of each
   * chosen channel; the lower index wins a tie.
   *
   * @param change G of one block by [channel][state]
   * @param channelShare how many channels
   * @param stateShare how many states of each
   */
  static DimensionSelection byChange(
      int layer, float[][] change, Share channelShare, Share stateShare) {
    int dInner = change.length;
    int dState = change[0].length;
    float[][] scores = new float[dInner][dState];
    double[] channelScores = new double[dInner];
    for (int c = 0; c < dInner; c++) {
      for (int n = 0; n < dState; n++) {
        scores[c][n] = change[c][n] * change[c][n];
        channelScores[c] += scores[c][n];
      }
    }
    List<Integer> channels = largest(channelScores, channelShare.of(dInner, "channel"));
    List<List<Integer>> states = new ArrayList<>();
    for (int channel : channels) {
      double[] stateScores = new double[dState];
      for (int n = 0; n < dState; n++) {
        stateScores[n] = scores[channel][n];
      }
      states.add(largest(stateScores, stateShare.of(dState, "state")));
    }
    return new DimensionSelection(layer, channels, states, scores);
  }

  private static List<Integer> largest(double[] scores, int count) {
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
