package dev.adder.paper.claims;

import dev.adder.paper.Certainty;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/** T4: the fewest numbers to change so that one S4 channel becomes another. */
public final class FewestEdits extends Claim<FewestEdits> {

  private static final String DISTINCT = "distinct eigenvalues";
  private static final String NO_SUMS = "no partial sums";
  private static final String ACTIVE = "active target";
  private static final String INVERSE = "inverse scaling";

  /** More groupings than this are not searched one by one. */
  private static final int MOST_GROUPINGS = 100_000;

  private static final double SAME = 1e-9;

  private static final Statement STATEMENT =
      new Statement(
          "T4",
          "Fewest parameters to turn one S4 channel into another",
          "Two channels (a, b, c) are the same map if and only if their impulse responses agree, that"
              + " is, if the pairs (a_i, b_i c_i) agree up to order. So only the products b c count"
              + " and b can stay frozen. The least number of entries to change is the cost of an"
              + " assignment: for each state of the target, is a to change, is b c; for each"
              + " superfluous state, is it to be silenced.",
          "\\min_{\\pi}\\; \\#\\{i > H^*: b_i c_i \\ne 0\\} + \\#\\{i \\le H^*: a_i \\ne a_i^*\\} +"
              + " \\#\\{i \\le H^*: b_i c_i \\ne b_i^* c_i^*\\}",
          "The same formula, counting after discretisation; it leads to the three kinds of states of"
              + " SDT: to be zeroed, to be trained, to be left alone.",
          List.of(
              new Place("v3", "section 5.1, key parameters in S4 modules", Certainty.SEARCH),
              new Place("v3", "Lemma 2", Certainty.MEMORY),
              new Place("v1", "Lemma 2", Certainty.MEMORY)),
          List.of(
              new Hypothesis(
                  DISTINCT,
                  "the frozen eigenvalues differ",
                  "two are equal, and their products add up to the target's"),
              new Hypothesis(
                  NO_SUMS,
                  "no sum of several frozen products is a target's product or 0",
                  "two frozen products add up to a target's"),
              new Hypothesis(
                  ACTIVE,
                  "every state of the target has b c ≠ 0",
                  "one has the product 0, at an eigenvalue of its own"),
              new Hypothesis(
                  INVERSE, "where b is scaled, c is scaled by the inverse", "only b is scaled")));

  FewestEdits(Plan plan) {
    super(plan);
  }

  static FewestEdits standard() {
    return new FewestEdits(
        Plan.of(sizes(2, 1), sizes(3, 2), sizes(4, 2), sizes(5, 3), sizes(8, 3)));
  }

  private static Sizes sizes(int states, int target) {
    return Sizes.of("states", states, "target states", target);
  }

  @Override
  FewestEdits with(Plan plan) {
    return new FewestEdits(plan);
  }

  /** States of the frozen channel, H. */
  public FewestEdits states(int count) {
    return size("states", count);
  }

  /** States of the target, H*. */
  public FewestEdits targetStates(int count) {
    return size("target states", count);
  }

  @Override
  public Statement statement() {
    return STATEMENT;
  }

  @Override
  public Bound bound() {
    return Bound.atMost(1e-10);
  }

  @Override
  String axis() {
    return "states";
  }

  @Override
  void requireSizes(Sizes sizes, Set<String> dropped) {
    requireStates(sizes);
    if (dropped.contains(DISTINCT) || dropped.contains(NO_SUMS)) {
      requireTwo(sizes);
    }
  }

  /** A channel cannot become one with more states. */
  static void requireStates(Sizes sizes) {
    int states = sizes.get("states");
    int target = sizes.get("target states");
    if (target > states) {
      throw new IllegalArgumentException(
          "The target has H* = %d states, the frozen channel only H = %d: it cannot become the target. Use targetStates(%d) or fewer, or more states."
              .formatted(target, states, states));
    }
  }

  private static void requireTwo(Sizes sizes) {
    if (sizes.get("states") <= sizes.get("target states")) {
      throw new IllegalArgumentException(
          "Without this hypothesis two states share one of the target's: there must be more states (%d) than target states (%d)."
              .formatted(sizes.get("states"), sizes.get("target states")));
    }
  }

  @Override
  List<Sizes> controlSizes(String hypothesis) {
    // Where it is searched one by one what the fewest really are.
    return hypothesis.equals(INVERSE)
        ? sizes()
        : sizes().stream()
            .map(size -> searched(size) ? size : size.with("states", 3).with("target states", 2))
            .map(
                size ->
                    size.get("states") > size.get("target states")
                        ? size
                        : size.with("states", size.get("target states") + 1))
            .distinct()
            .toList();
  }

  private static boolean searched(Sizes sizes) {
    int states = sizes.get("states");
    return Math.pow(states + sizes.get("target states"), states) <= MOST_GROUPINGS;
  }

  /** One channel: eigenvalues, b and c. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Channel(double[] a, double[] b, double[] c) {

    double product(int i) {
      return b[i] * c[i];
    }

    int states() {
      return a.length;
    }

    RealMatrix kernel(int length) {
      return new S4Channels(row(a), row(b), row(c)).kernel(length);
    }

    private static RealMatrix row(double[] values) {
      return MatrixUtils.createRowRealMatrix(values);
    }

    int changed(Channel other) {
      int count = 0;
      for (int i = 0; i < a.length; i++) {
        count += a[i] == other.a[i] ? 0 : 1;
        count += b[i] == other.b[i] ? 0 : 1;
        count += c[i] == other.c[i] ? 0 : 1;
      }
      return count;
    }
  }

  @Override
  void run(Instance instance) {
    Draw draw = instance.draw();
    Channel frozen = frozen(instance);
    Channel target = target(instance, frozen);
    int length = 2 * frozen.states() + 4;
    int[][] costs = costs(frozen, target);
    Assignment assignment = Assignment.cheapest(costs);
    Channel edited = edited(frozen, target, assignment);
    instance.show("a", frozen.a());
    instance.show("b", frozen.b());
    instance.show("c", frozen.c());
    instance.show("a*", target.a());
    instance.show("b*", target.b());
    instance.show("c*", target.c());
    instance.show("costs", matrix(costs));
    instance.show(
        "column of each state", Arrays.stream(assignment.columns()).asDoubleStream().toArray());
    instance.show("a'", edited.a());
    instance.show("c'", edited.c());
    instance.show("edits", new double[] {assignment.cost()});

    instance.conclude(
        "edits reach the target",
        Matrices.difference(edited.kernel(length), target.kernel(length)));
    instance.conclude(
        "as many edits as the formula says", Math.abs(frozen.changed(edited) - assignment.cost()));
    if (searched(instance.sizes())) {
      instance.conclude(
          "no fewer in an exhaustive search",
          Math.abs(assignment.cost() - new Groupings(frozen, target).fewest()));
    }
    instance.conclude(
        "order and scaling do not matter",
        Matrices.difference(
            rearranged(instance, draw, frozen).kernel(length), frozen.kernel(length)));
  }

  private static Channel frozen(Instance instance) {
    Draw draw = instance.draw();
    int states = instance.size("states");
    double[] a = new double[states];
    double[] b = new double[states];
    double[] c = new double[states];
    for (int i = 0; i < states; i++) {
      // Apart from each other by at least a quarter of their mean distance.
      a[i] = -0.9 + 1.8 * (i + 0.5 + draw.uniform(-0.375, 0.375)) / states;
      b[i] = draw.signed(0.5, 1.5);
      c[i] = draw.signed(0.5, 1.5);
    }
    if (instance.without(DISTINCT)) {
      a[1] = a[0];
    }
    if (instance.without(DISTINCT) || instance.without(NO_SUMS)) {
      // Of one sign, so that the sum is far from 0.
      c[0] = Math.abs(c[0]) * Math.signum(b[0]);
      c[1] = Math.abs(c[1]) * Math.signum(b[1]);
    }
    return new Channel(a, b, c);
  }

  /** Half of its eigenvalues and products are the frozen channel's, the others are new. */
  private static Channel target(Instance instance, Channel frozen) {
    Draw draw = instance.draw();
    int states = instance.size("target states");
    int[] order = draw.permutation(frozen.states());
    double[] a = new double[states];
    double[] b = new double[states];
    double[] c = new double[states];
    for (int j = 0; j < states; j++) {
      boolean sameA = draw.below(2) == 0;
      boolean sameProduct = draw.below(2) == 0;
      double newA = frozen.a()[order[j]] + draw.uniform(0.01, 0.04) / frozen.states();
      a[j] = sameA ? frozen.a()[order[j]] : newA;
      b[j] = sameProduct ? frozen.b()[order[j]] : draw.signed(0.5, 1.5);
      c[j] = sameProduct ? frozen.c()[order[j]] : draw.signed(0.5, 1.5);
    }
    if (instance.without(ACTIVE)) {
      a[0] = frozen.a()[order[0]] + 0.01 / frozen.states();
      c[0] = 0;
    }
    if (instance.without(DISTINCT) || instance.without(NO_SUMS)) {
      sum(frozen, order, a, b, c);
    }
    return new Channel(a, b, c);
  }

  /** The first state of the target is the sum of the frozen channel's first two; others are new. */
  private static void sum(Channel frozen, int[] order, double[] a, double[] b, double[] c) {
    int[] others = Arrays.stream(order).filter(i -> i > 1).toArray();
    a[0] = frozen.a()[0];
    b[0] = 1;
    c[0] = frozen.product(0) + frozen.product(1);
    for (int j = 1; j < a.length; j++) {
      a[j] = frozen.a()[others[j - 1]];
      b[j] = frozen.b()[others[j - 1]];
      c[j] = frozen.c()[others[j - 1]];
    }
  }

  private static int[][] costs(Channel frozen, Channel target) {
    int states = frozen.states();
    int[][] costs = new int[states][states];
    for (int i = 0; i < states; i++) {
      for (int j = 0; j < states; j++) {
        if (j < target.states()) {
          costs[i][j] =
              (frozen.a()[i] == target.a()[j] ? 0 : 1)
                  + (frozen.product(i) == target.product(j) ? 0 : 1);
        } else {
          costs[i][j] = frozen.product(i) == 0 ? 0 : 1;
        }
      }
    }
    return costs;
  }

  private static RealMatrix matrix(int[][] values) {
    double[][] rows = new double[values.length][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.stream(values[i]).asDoubleStream().toArray();
    }
    return MatrixUtils.createRealMatrix(rows);
  }

  /** a and c changed as the assignment says, b frozen. */
  private static Channel edited(Channel frozen, Channel target, Assignment assignment) {
    double[] a = frozen.a().clone();
    double[] c = frozen.c().clone();
    for (int i = 0; i < a.length; i++) {
      int j = assignment.columns()[i];
      if (j >= target.states()) {
        c[i] = 0;
        continue;
      }
      a[i] = target.a()[j];
      if (frozen.product(i) != target.product(j)) {
        c[i] = target.product(j) / frozen.b()[i];
      }
    }
    return new Channel(a, frozen.b(), c);
  }

  private static Channel rearranged(Instance instance, Draw draw, Channel channel) {
    int[] order = draw.permutation(channel.states());
    double[] a = new double[order.length];
    double[] b = new double[order.length];
    double[] c = new double[order.length];
    for (int i = 0; i < order.length; i++) {
      double scale = draw.signed(1.5, 3);
      a[i] = channel.a()[order[i]];
      b[i] = channel.b()[order[i]] * scale;
      c[i] = instance.without(INVERSE) ? channel.c()[order[i]] : channel.c()[order[i]] / scale;
    }
    return new Channel(a, b, c);
  }

  /**
   * Every way to group the states by the eigenvalue they end at: one of the frozen channel's or of
   * the target's. A group's products must add up to the target's there; if they do not, one edit
   * makes them.
   */
  private static final class Groupings {

    private final Channel frozen;
    private final double[] ends;
    private final double[] wanted;
    private final double[] sums;
    private final int[] members;
    private int best = Integer.MAX_VALUE;

    Groupings(Channel frozen, Channel target) {
      this.frozen = frozen;
      ends =
          DoubleStream.concat(Arrays.stream(target.a()), Arrays.stream(frozen.a()))
              .distinct()
              .toArray();
      wanted = new double[ends.length];
      for (int j = 0; j < target.states(); j++) {
        for (int e = 0; e < ends.length; e++) {
          wanted[e] += ends[e] == target.a()[j] ? target.product(j) : 0;
        }
      }
      sums = new double[ends.length];
      members = new int[ends.length];
    }

    int fewest() {
      place(0, 0);
      return best;
    }

    private void place(int state, int moved) {
      if (state == frozen.states()) {
        best = Math.min(best, moved + unequal());
        return;
      }
      for (int e = 0; e < ends.length; e++) {
        int cost = frozen.a()[state] == ends[e] ? 0 : 1;
        if (moved + cost < best) {
          sums[e] += frozen.product(state);
          members[e]++;
          place(state + 1, moved + cost);
          sums[e] -= frozen.product(state);
          members[e]--;
        }
      }
    }

    /** Groups whose sum needs an edit; as good as infinitely many if an empty one does. */
    private int unequal() {
      int count = 0;
      for (int e = 0; e < ends.length; e++) {
        boolean unequal = Math.abs(sums[e] - wanted[e]) > SAME;
        count += unequal ? (members[e] == 0 ? 1_000 : 1) : 0;
      }
      return count;
    }
  }
}
