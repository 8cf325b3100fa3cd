package dev.adder.benchmarks.compare;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * What came out of one case with one peer.
 *
 * @param caseId the case
 * @param peer the other side
 * @param tuned whether the peer's allocator was tuned
 * @param outcome "measured", or why there are no samples of the peer
 * @param ours our seconds, one per round
 * @param theirs the peer's seconds, one per round
 * @param ourRuns runs behind each of our samples
 * @param theirRuns runs behind each of the peer's samples
 * @param ourPeak our largest resident memory in megabytes
 * @param theirPeak the peer's
 * @param ourTrained our number of trained parameters
 * @param theirTrained the peer's
 * @param ourCheck the figure both must agree on
 * @param theirCheck the peer's
 * @param cold whether the peer's only sample is its first run
 * @param otherLoad mean number of cores that other programs used meanwhile
 */
record Pair(
    String caseId,
    String peer,
    boolean tuned,
    String outcome,
    List<Double> ours,
    List<Double> theirs,
    List<Integer> ourRuns,
    List<Integer> theirRuns,
    long ourPeak,
    long theirPeak,
    long ourTrained,
    long theirTrained,
    double ourCheck,
    double theirCheck,
    boolean cold,
    double otherLoad) {

  static final String MEASURED = "measured";

  static final String INTERRUPTED = "interrupted";
  private static final String OUR_FAILURE = "Adder: ";
  private static final double LARGEST_OTHER_LOAD = 0.1;

  Pair {
    ours = List.copyOf(ours);
    theirs = List.copyOf(theirs);
    ourRuns = List.copyOf(ourRuns);
    theirRuns = List.copyOf(theirRuns);
  }

  /** A pair that Adder itself could not take part in. */
  static Pair withoutAdder(String caseId, Side peer, String problem) {
    return without(caseId, peer, OUR_FAILURE + problem, 0);
  }

  /** A pair without samples of the peer. */
  static Pair without(String caseId, Side peer, String outcome, double otherLoad) {
    List<Double> none = List.of();
    return new Pair(
        caseId,
        peer.name(),
        peer.tuned(),
        outcome,
        none,
        none,
        List.of(),
        List.of(),
        0,
        0,
        0,
        0,
        Double.NaN,
        Double.NaN,
        false,
        otherLoad);
  }

  /** A pair of samples. */
  static Pair of(
      String caseId, Side peer, Turns ours, Turns theirs, boolean cold, double otherLoad) {
    return new Pair(
        caseId,
        peer.name(),
        peer.tuned(),
        MEASURED,
        ours.samples(),
        theirs.samples(),
        ours.runs(),
        theirs.runs(),
        ours.runner().peakMegabytes(),
        theirs.runner().peakMegabytes(),
        ours.runner().trained(),
        theirs.runner().trained(),
        ours.check(),
        theirs.check(),
        cold,
        otherLoad);
  }

  @JsonIgnore
  boolean measured() {
    return outcome.equals(MEASURED);
  }

  /** Whether it need not be measured again: nothing disturbed it, and Adder took part. */
  @JsonIgnore
  boolean settled() {
    return !disturbed() && !outcome.startsWith(OUR_FAILURE) && !outcome.equals(INTERRUPTED);
  }

  /** Whether others used so much of the processor that the times mean little. */
  @JsonIgnore
  boolean disturbed() {
    return otherLoad > LARGEST_OTHER_LOAD;
  }

  @JsonIgnore
  Ratio ratio() {
    return Statistics.ratio(ours, theirs);
  }
}
