package dev.adder.paper.claims;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.hipparchus.linear.RealMatrix;

/** T3 C: as wired and without spare channels, exact where all channels have the same dynamics. */
public final class SharedDynamics extends Claim<SharedDynamics> {

  private static final String SAME_A = "same A";
  private static final String SAME_STEP = "same step size";
  private static final String OPEN_GATE = "an open gate";
  private static final int LENGTH = 20;

  private static final Statement STATEMENT =
      new Statement(
          "T3C",
          "Tuning the projections covers tuning W_B, W_C, W_Δ: shared dynamics",
          "As wired, no spare channels: if all channels share the same row of A (as at Mamba's"
              + " initialisation) and the same Δ, and there is no gate, then a change of basis T of"
              + " the channels does it: W_in' = T W_in, W_out' = W_out T⁻¹. Both changes have rank at"
              + " most 2H + R.",
          "T = I + W_{S6}^+\\,(W_{S6}^* - W_{S6}),\\qquad W_{in}' = T\\,W_{in},\\qquad"
              + " W_{out}' = W_{out}\\,T^{-1}",
          SelectionByInput.RECALLED,
          SelectionByInput.PLACES,
          List.of(
              new Hypothesis(
                  SAME_A,
                  "all channels have the same row of A",
                  "A differs from channel to channel"),
              new Hypothesis(
                  SAME_STEP,
                  "all channels have the same Δ",
                  "every channel has its own row of W_up"),
              new Hypothesis(OPEN_GATE, "there is no gate", "a SiLU gate stands behind the scan")));

  SharedDynamics(Plan plan) {
    super(plan);
  }

  static SharedDynamics standard() {
    return new SharedDynamics(
        Plan.of(
            Sizes.of("channels", 40, "states", 4, "rank", 3, "width", 24),
            Sizes.of("channels", 96, "states", 16, "rank", 4, "width", 48)));
  }

  @Override
  SharedDynamics with(Plan plan) {
    return new SharedDynamics(plan);
  }

  /** Channels of the layer, D. */
  public SharedDynamics channels(int count) {
    return size("channels", count);
  }

  /** States per channel, H. */
  public SharedDynamics states(int count) {
    return size("states", count);
  }

  /** Rank of the step-size projection, R. */
  public SharedDynamics rank(int rank) {
    return size("rank", rank);
  }

  /** Width outside of the layer, d_model. */
  public SharedDynamics width(int width) {
    return size("width", width);
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
    SelectionByInput.requireRoom(sizes);
  }

  @Override
  void run(Instance instance) {
    Draw draw = instance.draw();
    Sizes sizes = instance.sizes();
    int channels = sizes.get("channels");
    int rows = SelectionByInput.rows(sizes);
    S6 frozen = layer(instance);
    RealMatrix input = draw.normals(channels, sizes.get("width"), true);
    RealMatrix output = draw.normals(sizes.get("width"), channels, true);
    // Half of the usual size, so that T stays well conditioned.
    RealMatrix change = draw.normals(rows, channels, true).scalarMultiply(0.5);
    S6 target = frozen.with(frozen.stack().add(change));

    RealMatrix basis =
        Matrices.identity(channels).add(Solution.of(frozen.stack(), instance).solve(change));
    RealMatrix tunedInput = basis.multiply(input);
    RealMatrix tunedOutput = output.multiply(Solution.of(basis, instance).inverse());
    instance.show("W_S6", frozen.stack());
    instance.show("W_S6* - W_S6", change);
    instance.show("T", basis);
    instance.show("W_in'", tunedInput);
    instance.show("W_out'", tunedOutput);

    RealMatrix x = draw.normals(LENGTH, sizes.get("width"));
    Optional<RealMatrix> gate =
        instance.without(OPEN_GATE)
            ? Optional.of(draw.normals(LENGTH, channels))
            : Optional.empty();
    RealMatrix expected = outputs(target, x, input, gate).multiply(output.transpose());
    RealMatrix found = outputs(frozen, x, tunedInput, gate).multiply(tunedOutput.transpose());
    instance.conclude("equal outputs", Matrices.difference(found, expected));
    instance.conclude("rank of W_in' - W_in", Matrices.excess(tunedInput.subtract(input), rows));
    instance.conclude(
        "rank of W_out' - W_out", Matrices.excess(tunedOutput.subtract(output), rows));
  }

  private static S6 layer(Instance instance) {
    Sizes sizes = instance.sizes();
    int channels = sizes.get("channels");
    S6 random = S6.random(instance.draw(), channels, sizes.get("states"), sizes.get("rank"));
    int[] first = new int[channels];
    RealMatrix a = instance.without(SAME_A) ? random.a() : Matrices.rows(random.a(), first);
    boolean own = instance.without(SAME_STEP);
    RealMatrix up = own ? random.up() : Matrices.rows(random.up(), first);
    double[] bias =
        own
            ? random.bias()
            : IntStream.range(0, channels).mapToDouble(i -> random.bias()[0]).toArray();
    return new S6(a, random.b(), random.c(), random.down(), up, bias);
  }

  private static RealMatrix outputs(
      S6 layer, RealMatrix x, RealMatrix input, Optional<RealMatrix> gate) {
    RealMatrix u = x.multiply(input.transpose());
    return layer.scan(u, u, gate, Optional.empty()).y();
  }
}
