package dev.adder.paper.claims;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.hipparchus.linear.RealMatrix;

/** T6 b: how a state of an S6 layer is pruned. */
public final class PrunedState extends Claim<PrunedState> {

  private static final String ZEROED = "a zeroed row";
  private static final int LENGTH = 30;

  /** What the released code sets A_log to. */
  private static final double FORGETTING = -Math.exp(10);

  private static final Statement STATEMENT =
      new Statement(
          "T6b",
          "Zeroing a row of W_B or W_C prunes a state of S6; forgetting does not",
          "An S6 layer whose row i of W_C (or of W_B) is zero equals the layer without state i. Making"
              + " the state forget at once, as the released code does with A_log = 10, removes only"
              + " its memory: Δ B u C stays.",
          "W_C[i,:] = 0 \\;\\text{ or }\\; W_B[i,:] = 0 \\quad\\Longrightarrow\\quad y = y_{\\text{without } i}",
          "SDT with pruning marks states to be zero; the released runs prune nothing.",
          S6Equivalences.OURS,
          List.of(
              new Hypothesis(
                  ZEROED, "a row of W_B or W_C is zeroed", "A_log is set to 10 for that state")));

  PrunedState(Plan plan) {
    super(plan);
  }

  static PrunedState standard() {
    return new PrunedState(
        Plan.of(
            Sizes.of("channels", 4, "states", 4),
            Sizes.of("channels", 16, "states", 8),
            Sizes.of("channels", 32, "states", 16)));
  }

  @Override
  PrunedState with(Plan plan) {
    return new PrunedState(plan);
  }

  /** Channels, D. */
  public PrunedState channels(int count) {
    return size("channels", count);
  }

  /** States per channel, H, at least 2. */
  public PrunedState states(int count) {
    return size("states", count);
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
  void requireSizes(Sizes sizes, Set<String> dropped) {
    if (sizes.get("states") < 2) {
      throw new IllegalArgumentException(
          "The layer has 1 state; one that is pruned leaves none. Use states(2) or more.");
    }
  }

  @Override
  void run(Instance instance) {
    Draw draw = instance.draw();
    S6 layer = S6.random(draw, instance.size("channels"), instance.size("states"), 2);
    int pruned = draw.below(layer.states());
    int[] kept =
        Arrays.stream(Matrices.range(0, layer.states())).filter(i -> i != pruned).toArray();
    RealMatrix x = draw.normals(LENGTH, layer.channels());
    RealMatrix expected =
        new S6(
                Matrices.columns(layer.a(), kept),
                Matrices.rows(layer.b(), kept),
                Matrices.rows(layer.c(), kept),
                layer.down(),
                layer.up(),
                layer.bias())
            .scan(x)
            .y();
    instance.show("y without the state", expected);
    if (instance.without(ZEROED)) {
      RealMatrix a = layer.a().copy();
      a.setColumnMatrix(pruned, Matrices.constant(layer.channels(), 1, FORGETTING));
      S6 forgetting = new S6(a, layer.b(), layer.c(), layer.down(), layer.up(), layer.bias());
      instance.conclude("A_log set to 10", Matrices.difference(forgetting.scan(x).y(), expected));
      return;
    }
    S6 unread =
        new S6(
            layer.a(),
            layer.b(),
            zeroed(layer.c(), pruned),
            layer.down(),
            layer.up(),
            layer.bias());
    S6 unwritten =
        new S6(
            layer.a(),
            zeroed(layer.b(), pruned),
            layer.c(),
            layer.down(),
            layer.up(),
            layer.bias());
    instance.conclude("row of W_C zeroed", Matrices.difference(unread.scan(x).y(), expected));
    instance.conclude("row of W_B zeroed", Matrices.difference(unwritten.scan(x).y(), expected));
  }

  private static RealMatrix zeroed(RealMatrix matrix, int row) {
    RealMatrix zeroed = matrix.copy();
    zeroed.setRow(row, new double[matrix.getColumnDimension()]);
    return zeroed;
  }
}
