package dev.adder.adapter;

import java.util.Optional;

/**
 * What SDT-P sets to zero before the rest is trained: the channels ranked last, and in the chosen
 * channels the states ranked last. As in the released code an entry is "zero" when its A_log is 10,
 * so that it forgets at once; what it passes on of the present token stays.
 *
 * @param channels zeroed in every block, if any
 * @param states zeroed in every chosen channel, if any
 */
public record Pruning(Optional<Share> channels, Optional<Share> states) {

  /** Nothing is zeroed: SDT without pruning, which all published runs are. */
  public static final Pruning NONE = new Pruning(Optional.empty(), Optional.empty());

  /** Some channels are zeroed. */
  public static Pruning channels(Share channels) {
    return new Pruning(Optional.of(channels), Optional.empty());
  }

  /** The same, and some states of the chosen channels. */
  public Pruning states(Share share) {
    return new Pruning(channels, Optional.of(share));
  }

  boolean isNone() {
    return channels.isEmpty() && states.isEmpty();
  }

  @Override
  public String toString() {
    return channels.map(share -> "channels=" + share).orElse("")
        + (channels.isPresent() && states.isPresent() ? " " : "")
        + states.map(share -> "states=" + share).orElse("");
  }
}
