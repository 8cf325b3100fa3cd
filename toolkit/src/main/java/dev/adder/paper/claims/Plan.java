package dev.adder.paper.claims;

import dev.adder.training.ProgressListener;
import java.util.ArrayList;
import java.util.List;

/**
 * How a claim is checked.
 *
 * @param sizes every one is tried with every seed
 * @param trials seeds per size
 * @param seed the first one; the others follow it
 * @param dropped hypotheses left out
 * @param progress told how far the check is
 */
record Plan(
    List<Sizes> sizes, int trials, long seed, List<String> dropped, ProgressListener progress) {

  static final int TRIALS = 200;

  Plan {
    sizes = List.copyOf(sizes);
    dropped = List.copyOf(dropped);
  }

  /** 200 seeds from 0 on. */
  static Plan of(Sizes... sizes) {
    return new Plan(List.of(sizes), TRIALS, 0, List.of(), ProgressListener.NONE);
  }

  Plan size(String name, int value) {
    List<Sizes> changed = sizes.stream().map(size -> size.with(name, value)).distinct().toList();
    return new Plan(changed, trials, seed, dropped, progress);
  }

  Plan sizes(List<Sizes> others) {
    return new Plan(others, trials, seed, dropped, progress);
  }

  Plan trials(int count) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "The number of trials is %d; it must be at least 1, usually %d."
              .formatted(count, TRIALS));
    }
    return new Plan(sizes, count, seed, dropped, progress);
  }

  Plan seed(long first) {
    return new Plan(sizes, trials, first, dropped, progress);
  }

  Plan without(String hypothesis) {
    List<String> more = new ArrayList<>(dropped);
    if (!more.contains(hypothesis)) {
      more.add(hypothesis);
    }
    return new Plan(sizes, trials, seed, more, progress);
  }

  Plan watch(ProgressListener listener) {
    return new Plan(sizes, trials, seed, dropped, listener);
  }
}
