package dev.adder.paper.claims;

import ai.djl.ndarray.NDArray;
import dev.adder.ssm.CausalConvolution;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.hipparchus.linear.RealMatrix;

/** T3 B: as wired, tuning W_in and W_out covers tuning W_B, W_C, W_Δ at the price of channels. */
public final class SpareChannels extends Claim<SpareChannels> {

  private static final String ENOUGH = "enough spare channels";
  private static final String DIRECT = "direct wiring";
  private static final int LENGTH = 20;
  private static final int TAPS = 4;

  private static final Statement STATEMENT =
      new Statement(
          "T3B",
          "Tuning the projections covers tuning W_B, W_C, W_Δ: with spare channels",
          "As wired: u = W_in x both selects and is scanned, with a SiLU gate, then W_out. Let Z be"
              + " 2H + R channels whose columns of W_out are set to zero and for which W_S6[:, Z] is"
              + " invertible. Changing only the rows Z of W_in makes the output that of the tuned"
              + " layer with the same W_out'. Both changes have rank at most 2H + R.",
          "W_{in}'[Z,:] = W_{in}[Z,:] + W_{S6}[:,Z]^{-1}\\,(W_{S6}^* - W_{S6})\\,W_{in},\\qquad"
              + " W_{out}'[:,Z] = 0",
          SelectionByInput.RECALLED,
          SelectionByInput.PLACES,
          List.of(
              new Hypothesis(
                  ENOUGH,
                  "Z has 2H + R channels with W_S6[:, Z] invertible",
                  "Z has one channel too few; W_in' is the closest"),
              new Hypothesis(
                  DIRECT,
                  "nothing stands between W_in and the S6",
                  "a causal convolution with SiLU stands there, as in a Mamba block")));

  SpareChannels(Plan plan) {
    super(plan);
  }

  static SpareChannels standard() {
    return new SpareChannels(Plan.of(sizes(40, 4, 3, 24), sizes(128, 16, 4, 64)));
  }

  private static Sizes sizes(int channels, int states, int rank, int width) {
    return Sizes.of("channels", channels, "states", states, "rank", rank, "width", width);
  }

  @Override
  SpareChannels with(Plan plan) {
    return new SpareChannels(plan);
  }

  /** Channels of the layer, D. */
  public SpareChannels channels(int count) {
    return size("channels", count);
  }

  /** States per channel, H. */
  public SpareChannels states(int count) {
    return size("states", count);
  }

  /** Rank of the step-size projection, R. */
  public SpareChannels rank(int rank) {
    return size("rank", rank);
  }

  /** Width outside of the layer, d_model. */
  public SpareChannels width(int width) {
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
    int width = sizes.get("width");
    int rows = SelectionByInput.rows(sizes);
    S6 frozen = S6.random(draw, channels, sizes.get("states"), sizes.get("rank"));
    RealMatrix input = draw.normals(channels, width, true);
    RealMatrix gate = draw.normals(channels, width, true);
    RealMatrix change = draw.normals(rows, channels, true);
    RealMatrix output = draw.normals(width, channels, true);
    S6 target = frozen.with(frozen.stack().add(change));

    int[] spare = Matrices.range(0, instance.without(ENOUGH) ? rows - 1 : rows);
    RealMatrix system = Matrices.columns(frozen.stack(), spare);
    RealMatrix rowsOfZ = Solution.of(system, instance).solve(change.multiply(input));
    RealMatrix tunedInput = input.copy();
    tunedInput.setSubMatrix(Matrices.rows(input, 0, spare.length).add(rowsOfZ).getData(), 0, 0);
    RealMatrix tunedOutput = output.copy();
    tunedOutput.setSubMatrix(Matrices.zeros(width, spare.length).getData(), 0, 0);
    instance.show("W_S6[:, Z]", system);
    instance.show("W_in'[Z, :] - W_in[Z, :]", rowsOfZ);
    instance.show("W_out'", tunedOutput);

    RealMatrix x = draw.normals(LENGTH, width);
    UnaryOperator<RealMatrix> between =
        instance.without(DIRECT)
            ? convolution(draw.normals(channels, TAPS, true))
            : UnaryOperator.identity();
    RealMatrix z = x.multiply(gate.transpose());
    RealMatrix expected =
        outputs(target, between.apply(x.multiply(input.transpose())), z)
            .multiply(tunedOutput.transpose());
    RealMatrix found =
        outputs(frozen, between.apply(x.multiply(tunedInput.transpose())), z)
            .multiply(tunedOutput.transpose());
    instance.conclude("equal outputs", Matrices.difference(found, expected));
    instance.conclude("rank of W_in' - W_in", Matrices.excess(tunedInput.subtract(input), rows));
    instance.conclude(
        "rank of W_out' - W_out", Matrices.excess(tunedOutput.subtract(output), rows));
  }

  private static RealMatrix outputs(S6 layer, RealMatrix u, RealMatrix gate) {
    return layer.scan(u, u, Optional.of(gate), Optional.empty()).y();
  }

  private static UnaryOperator<RealMatrix> convolution(RealMatrix taps) {
    return u -> {
      try (Bench bench = new Bench()) {
        NDArray weight = bench.tensor(taps).expandDims(1);
        NDArray bias = bench.vector(0, taps.getRowDimension());
        return Bench.matrix(
            bench.tape().apply(new CausalConvolution(), bench.sequence(u), weight, bias).get(0));
      }
    };
  }
}
