package dev.adder.paper.claims;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.linear.LUDecomposition;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * The construction behind T5, layer by layer. At every layer the stream is M z, z being what the
 * target would hold; for the channels G that the layer serves, M is τI on G and has no entries
 * between G and the rest, so that filtering channels G of the stream filters those of z.
 */
final class Adaptation {

  private static final double[] TAUS = taus();

  private final Instance instance;
  private final LinearDeepS4 frozen;
  private final LinearDeepS4 target;
  private final int channels;
  private final int targetStates;

  /** Which layer of the target each layer serves. */
  private final List<Integer> serves = new ArrayList<>();

  /** Which of its channels. */
  private final List<int[]> groups = new ArrayList<>();

  Adaptation(Instance instance, LinearDeepS4 frozen, LinearDeepS4 target) {
    this.instance = instance;
    this.frozen = frozen;
    this.target = target;
    channels = instance.size("channels");
    targetStates = instance.size("target states");
    share();
  }

  private static double[] taus() {
    double[] taus = new double[12];
    for (int i = 0; i < taus.length; i++) {
      taus[i] = (i % 2 == 0 ? 1 : -1) * (1 + i / 2);
    }
    return taus;
  }

  private void share() {
    int layers = frozen.layers().size();
    int targets = target.layers().size();
    for (int l = 0; l < targets; l++) {
      int servants = layers * (l + 1) / targets - layers * l / targets;
      for (int k = 0; k < servants; k++) {
        serves.add(l);
        groups.add(Matrices.range(channels * k / servants, channels * (k + 1) / servants));
      }
    }
  }

  LinearDeepS4 tuned() {
    List<LinearDeepS4.Layer> tuned = new ArrayList<>();
    RealMatrix stream = Matrices.identity(channels);
    for (int l = 0; l < serves.size(); l++) {
      LinearDeepS4.Layer layer = frozen.layers().get(l);
      LinearDeepS4.Layer goal = target.layers().get(serves.get(l));
      int[] group = groups.get(l);
      S4Channels s4 = tunedChannels(layer.s4(), goal.s4(), group);
      double[] skip = skips(group);
      instance.show("c' of layer " + l, s4.c());
      if (l == serves.size() - 1) {
        RealMatrix w = goal.w().multiply(inverse(stream));
        tuned.add(new LinearDeepS4.Layer(s4, w, skip, goal.bias()));
        break;
      }
      boolean goalDone = !serves.get(l + 1).equals(serves.get(l));
      RealMatrix right = goalDone ? inverse(goal.w()) : Matrices.identity(channels);
      RealMatrix mixed = layer.w().multiply(stream).multiply(right);
      Factors factors = Factors.best(mixed, groups.get(l + 1));
      RealMatrix next = mixed.add(factors.u.multiply(factors.v));
      RealMatrix change =
          factors.u.multiply(factors.v.multiply(inverse(right)).multiply(inverse(stream)));
      if (instance.without(SparseReachesSmaller.RANK)) {
        change = Matrices.truncated(change, SparseReachesSmaller.rank(instance.sizes()) - 1);
      }
      instance.show("W' - W of layer " + l, change);
      instance.show("M behind layer " + l, next);
      double[] bias = goalDone ? next.operate(goal.bias()) : new double[channels];
      tuned.add(new LinearDeepS4.Layer(s4, layer.w().add(change), skip, bias));
      stream = next;
    }
    return new LinearDeepS4(tuned);
  }

  private RealMatrix inverse(RealMatrix matrix) {
    double[] values = new SingularValueDecomposition(matrix).getSingularValues();
    instance.solved(values[0] / values[values.length - 1]);
    return new LUDecomposition(matrix, 0).getSolver().getInverse();
  }

  /** Channels of the group: first H* states a* and b* c* / b; everything else is pruned. */
  private S4Channels tunedChannels(S4Channels layer, S4Channels goal, int[] group) {
    RealMatrix a = layer.a().copy();
    boolean prunes = !instance.without(SparseReachesSmaller.PRUNING);
    RealMatrix c = prunes ? Matrices.zeros(channels, layer.states()) : layer.c().copy();
    int tuned = instance.without(SparseReachesSmaller.CHANNELS) ? group.length - 1 : group.length;
    for (int d : Arrays.copyOf(group, tuned)) {
      for (int i = 0; i < targetStates; i++) {
        a.setEntry(d, i, goal.a().getEntry(d, i));
        double product = goal.b().getEntry(d, i) * goal.c().getEntry(d, i);
        c.setEntry(d, i, product / layer.b().getEntry(d, i));
      }
    }
    return new S4Channels(a, layer.b(), c);
  }

  /** 0 in the group, whose channels are replaced by their filters; 1 in the others, which pass. */
  private double[] skips(int[] group) {
    double[] skip = new double[channels];
    Arrays.fill(skip, 1);
    for (int d : group) {
      skip[d] = 0;
    }
    return skip;
  }

  /** U and V with X + U V = τI on the next group and nothing between it and the rest. */
  private record Factors(RealMatrix u, RealMatrix v) {

    static Factors best(RealMatrix mixed, int[] group) {
      Factors best = of(mixed, group, TAUS[0]);
      double bestCondition = Double.POSITIVE_INFINITY;
      for (double tau : TAUS) {
        Factors factors = of(mixed, group, tau);
        double condition =
            new SingularValueDecomposition(mixed.add(factors.u.multiply(factors.v)))
                .getConditionNumber();
        if (condition < bestCondition) {
          bestCondition = condition;
          best = factors;
        }
      }
      return best;
    }

    private static Factors of(RealMatrix mixed, int[] group, double tau) {
      RealMatrix inner =
          Matrices.identity(group.length)
              .scalarMultiply(tau)
              .subtract(mixed.getSubMatrix(group, group));
      RealMatrix inverse = new LUDecomposition(inner, 0).getSolver().getInverse();
      RealMatrix u = Matrices.columns(mixed, group).scalarMultiply(-1);
      RealMatrix v = inverse.multiply(Matrices.rows(mixed, group)).scalarMultiply(-1);
      for (int i = 0; i < group.length; i++) {
        for (int j = 0; j < group.length; j++) {
          u.setEntry(group[i], j, inner.getEntry(i, j));
          v.setEntry(i, group[j], i == j ? 1 : 0);
        }
      }
      return new Factors(u, v);
    }
  }
}
