package dev.adder.paper.claims;

import dev.adder.paper.Certainty;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hipparchus.linear.RealMatrix;

/**
 * T3 A: with the value path held fixed, tuning the input projection stands in for tuning W_B, W_C
 * and W_Δ.
 */
public final class SelectionByInput extends Claim<SelectionByInput> {

  static final List<Place> PLACES =
      List.of(
          new Place("v3", "Lemma 1", Certainty.SEARCH),
          new Place("v1", "Lemma 1", Certainty.MEMORY));

  static final String RECALLED =
      "For an S6 module, fine-tuning the linear projections alone covers what changing W_B, W_C and"
          + " W_Δ could express; the stacked W_S6 is asked to be solvable, 2H + R ≤ D.";

  private static final String FULL_RANK = "full row rank";
  private static final int LENGTH = 20;

  private static final Statement STATEMENT =
      new Statement(
          "T3A",
          "Tuning the input projection covers tuning W_B, W_C, W_Δ: selection path",
          "The scanned values v are held fixed; u = W_in x selects B, C and Δ. With P the"
              + " pseudo-inverse of W_S6 = [W_B; W_C; W_down], the frozen layer with W_in' equals the"
              + " layer with W_S6* and W_in* on every input. The change of W_in needs no more rank"
              + " than the change of W_S6: LoRA on x_proj is covered by LoRA of the same rank on"
              + " in_proj.",
          "W_{in}' = W_{in} + P\\,(W_{S6}^* - W_{S6})\\,W_{in},\\qquad P = W_{S6}^+,\\qquad"
              + " \\mathrm{rank}(W_{in}' - W_{in}) \\le \\mathrm{rank}(W_{S6}^* - W_{S6}) \\le 2H+R",
          RECALLED,
          PLACES,
          List.of(
              new Hypothesis(
                  FULL_RANK,
                  "W_S6 has full row rank, which needs 2H + R ≤ D",
                  "D is half of 2H + R")));

  SelectionByInput(Plan plan) {
    super(plan);
  }

  static SelectionByInput standard() {
    return new SelectionByInput(
        Plan.of(
            sizes(24, 4, 3, 16, 0),
            sizes(24, 4, 3, 16, 1),
            sizes(40, 8, 4, 32, 2),
            sizes(40, 8, 4, 32, 4),
            sizes(80, 8, 4, 32, 8),
            sizes(200, 16, 8, 32, 0)));
  }

  /** Change of rank 0 stands for a change of full rank. */
  private static Sizes sizes(int channels, int states, int rank, int width, int change) {
    return Sizes.of(
        "channels", channels, "states", states, "rank", rank, "width", width, "change", change);
  }

  @Override
  SelectionByInput with(Plan plan) {
    return new SelectionByInput(plan);
  }

  /** Channels of the layer, D. */
  public SelectionByInput channels(int count) {
    return size("channels", count);
  }

  /** States per channel, H. */
  public SelectionByInput states(int count) {
    return size("states", count);
  }

  /** Rank of the step-size projection, R. */
  public SelectionByInput rank(int rank) {
    return size("rank", rank);
  }

  /** Width of the layer's input, d_model. */
  public SelectionByInput width(int width) {
    return size("width", width);
  }

  /** Rank of the change of W_S6, such as that of a LoRA on x_proj. */
  public SelectionByInput change(int rank) {
    return size("change", rank);
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
    if (!dropped.contains(FULL_RANK)) {
      requireRoom(sizes);
    }
  }

  /** Full row rank needs as many channels as W_S6 has rows. */
  static void requireRoom(Sizes sizes) {
    int rows = rows(sizes);
    if (rows > sizes.get("channels")) {
      throw new IllegalArgumentException(
          "2H + R = %d exceeds D = %d: W_S6 cannot have full row rank. Use at least %d channels, or fewer states (H = %d) or rank (R = %d)."
              .formatted(
                  rows, sizes.get("channels"), rows, sizes.get("states"), sizes.get("rank")));
    }
  }

  /** 2H + R. */
  static int rows(Sizes sizes) {
    return 2 * sizes.get("states") + sizes.get("rank");
  }

  @Override
  void run(Instance instance) {
    Draw draw = instance.draw();
    Sizes sizes = instance.sizes();
    int channels =
        instance.without(FULL_RANK) ? Math.max(1, rows(sizes) / 2) : sizes.get("channels");
    S6 frozen = S6.random(draw, channels, sizes.get("states"), sizes.get("rank"));
    RealMatrix input = draw.normals(channels, sizes.get("width"), true);
    RealMatrix change = change(draw, rows(sizes), channels, sizes.get("change"));
    S6 target = frozen.with(frozen.stack().add(change));

    RealMatrix inverse = Solution.of(frozen.stack(), instance).inverse();
    RealMatrix tuned = input.add(inverse.multiply(change).multiply(input));
    instance.show("W_S6", frozen.stack());
    instance.show("W_S6* - W_S6", change);
    instance.show("P", inverse);
    instance.show("W_in' - W_in", tuned.subtract(input));

    RealMatrix x = draw.normals(LENGTH, sizes.get("width"));
    RealMatrix values = draw.normals(LENGTH, channels);
    RealMatrix expected = outputs(target, x, input, values);
    instance.show("y*", expected);
    instance.conclude(
        "equal outputs", Matrices.difference(outputs(frozen, x, tuned, values), expected));
    int allowed = sizes.get("change") == 0 ? rows(sizes) : sizes.get("change");
    instance.conclude("rank of the change", Matrices.excess(tuned.subtract(input), allowed));
  }

  /** A change of W_S6 of some rank, or of full rank if that is 0. */
  static RealMatrix change(Draw draw, int rows, int columns, int rank) {
    return rank == 0
        ? draw.normals(rows, columns, true)
        : draw.normals(rows, rank, true).multiply(draw.normals(rank, columns, true));
  }

  private static RealMatrix outputs(S6 layer, RealMatrix x, RealMatrix input, RealMatrix values) {
    RealMatrix u = x.multiply(input.transpose());
    return layer.scan(u, values, Optional.empty(), Optional.empty()).y();
  }
}
