package dev.adder.paper.claims;

import dev.adder.paper.Certainty;
import java.util.List;
import org.hipparchus.linear.RealMatrix;

/** T6 a: changes of an S6 layer's numbers that leave it the same map. */
public final class S6Equivalences extends Claim<S6Equivalences> {

  static final List<Place> OURS =
      List.of(new Place("", "derived here, not a claim of the paper", Certainty.DERIVED));

  private static final String ONE_ORDER = "one order for all channels";
  private static final String INVERSE = "inverse scaling";
  private static final String INVERSE_BASIS = "inverse basis";
  private static final int LENGTH = 30;

  private static final Statement STATEMENT =
      new Statement(
          "T6a",
          "What leaves an S6 layer unchanged",
          "The same order of the states in all channels; a scaling of a row of W_B and the inverse"
              + " scaling of that row of W_C; and a change of basis G between W_down and W_up.",
          "(A, W_B, W_C) \\to (A\\Pi^\\top, \\Pi W_B, \\Pi W_C),\\qquad (W_B, W_C) \\to (S W_B, S^{-1} W_C),"
              + "\\qquad (W_{down}, W_{up}) \\to (G W_{down}, W_{up} G^{-1})",
          "",
          OURS,
          List.of(
              new Hypothesis(
                  ONE_ORDER,
                  "the states have one order in all channels, as B and C are shared",
                  "every channel has an order of its own, as S4 would allow"),
              new Hypothesis(
                  INVERSE,
                  "where W_B is scaled, W_C is scaled by the inverse",
                  "only W_B is scaled"),
              new Hypothesis(INVERSE_BASIS, "W_up takes the inverse of G", "only W_down takes G")));

  S6Equivalences(Plan plan) {
    super(plan);
  }

  static S6Equivalences standard() {
    return new S6Equivalences(Plan.of(sizes(4, 4, 2), sizes(16, 8, 3), sizes(32, 16, 4)));
  }

  private static Sizes sizes(int channels, int states, int rank) {
    return Sizes.of("channels", channels, "states", states, "rank", rank);
  }

  @Override
  S6Equivalences with(Plan plan) {
    return new S6Equivalences(plan);
  }

  /** Channels, D. */
  public S6Equivalences channels(int count) {
    return size("channels", count);
  }

  /** States per channel, H. */
  public S6Equivalences states(int count) {
    return size("states", count);
  }

  /** Rank of the step-size projection, R. */
  public S6Equivalences rank(int rank) {
    return size("rank", rank);
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
    return "channels";
  }

  @Override
  void run(Instance instance) {
    Draw draw = instance.draw();
    int states = instance.size("states");
    int rank = instance.size("rank");
    S6 layer = S6.random(draw, instance.size("channels"), states, rank);
    RealMatrix x = draw.normals(LENGTH, layer.channels());
    RealMatrix expected = layer.scan(x).y();

    int[] order = cycle(draw.permutation(states));
    RealMatrix a = Matrices.columns(layer.a(), order);
    if (instance.without(ONE_ORDER)) {
      for (int d = 0; d < layer.channels(); d++) {
        int[] own = cycle(draw.permutation(states));
        a.setRowMatrix(d, Matrices.columns(layer.a().getRowMatrix(d), own));
      }
    }
    RealMatrix b = Matrices.rows(layer.b(), order);
    RealMatrix c = Matrices.rows(layer.c(), order);
    S6 reordered = new S6(a, b, c, layer.down(), layer.up(), layer.bias());
    instance.conclude("another order", Matrices.difference(reordered.scan(x).y(), expected));

    double[] scales = new double[states];
    double[] inverses = new double[states];
    for (int i = 0; i < states; i++) {
      scales[i] = draw.signed(1.5, 3);
      inverses[i] = instance.without(INVERSE) ? 1 : 1 / scales[i];
    }
    S6 scaled =
        new S6(
            layer.a(),
            Matrices.diagonal(scales).multiply(layer.b()),
            Matrices.diagonal(inverses).multiply(layer.c()),
            layer.down(),
            layer.up(),
            layer.bias());
    instance.conclude("scaled", Matrices.difference(scaled.scan(x).y(), expected));

    RealMatrix basis =
        Matrices.identity(rank).scalarMultiply(2).add(draw.normals(rank, rank, true));
    RealMatrix inverse =
        instance.without(INVERSE_BASIS)
            ? Matrices.identity(rank)
            : Solution.of(basis, instance).inverse();
    S6 turned =
        new S6(
            layer.a(),
            layer.b(),
            layer.c(),
            basis.multiply(layer.down()),
            layer.up().multiply(inverse),
            layer.bias());
    instance.conclude("another basis", Matrices.difference(turned.scan(x).y(), expected));
    instance.show("A", layer.a());
    instance.show("A in another order", a);
    instance.show("scales", scales);
    instance.show("G", basis);
    instance.show("y", expected);
  }

  /** An order in which, of the first two, each takes the other's place if none has moved. */
  private static int[] cycle(int[] order) {
    if (order.length > 1 && order[0] == 0) {
      order[0] = order[1];
      order[1] = 0;
    }
    return order;
  }
}
