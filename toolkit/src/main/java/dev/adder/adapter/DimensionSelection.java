package dev.adder.adapter;

import java.util.List;

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
}
