package dev.adder.benchmarks.compare;

/**
 * How long and how often is measured.
 *
 * @param rounds turns of each side in a case
 * @param warmUpSeconds of each side before the first round, and at least two runs
 * @param turnSeconds a turn is runs until this is over, at least one; its sample is their median
 * @param budgetSeconds after which no new round begins, once there is one
 * @param limitSeconds after which a run is given up
 */
record Plan(
    int rounds,
    double warmUpSeconds,
    double turnSeconds,
    double budgetSeconds,
    double limitSeconds) {

  static final Plan FULL = new Plan(7, 8, 0.3, 90, 120);
  static final Plan QUICK = new Plan(3, 3, 0.2, 20, 30);

  /** Seconds that a pair takes at most, when both sides are quick; for the time left. */
  double usualSeconds() {
    return Math.min(budgetSeconds, warmUpSeconds * 2 + rounds * 2 * turnSeconds + 8);
  }
}
