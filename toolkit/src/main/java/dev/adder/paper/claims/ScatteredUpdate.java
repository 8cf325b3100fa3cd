package dev.adder.paper.claims;

import java.util.List;
import java.util.Set;
import org.hipparchus.linear.RealMatrix;

/** T6 c: a change of a few scattered entries is far from any change of low rank. */
public final class ScatteredUpdate extends Claim<ScatteredUpdate> {

  private static final String SCATTERED = "scattered entries";

  private static final Statement STATEMENT =
      new Statement(
          "T6c",
          "A sparse change of A is out of LoRA's reach",
          "A change of k scattered entries of A (D × H) has rank about min(k, H). The closest change of"
              + " rank r leaves the singular values beyond the first r (Eckart–Young), however it is"
              + " trained; exact equality costs LoRA rank·(D + H) parameters where the sparse change"
              + " has k. This is the algebra behind LoRA failing on SSM modules.",
          "\\min_{\\mathrm{rank}(BA) \\le r} \\|\\Delta A - BA\\|_F = \\Big(\\sum_{i > r}"
              + " \\sigma_i^2\\Big)^{1/2}",
          "LoRA is found to fail on SSM modules; SDT trains selected entries instead.",
          S6Equivalences.OURS,
          List.of(
              new Hypothesis(
                  SCATTERED, "the changed entries are scattered", "the change has rank 2")));

  ScatteredUpdate(Plan plan) {
    super(plan);
  }

  static ScatteredUpdate standard() {
    return new ScatteredUpdate(Plan.of(sizes(64, 16), sizes(128, 16), sizes(256, 16)));
  }

  private static Sizes sizes(int channels, int states) {
    return Sizes.of("channels", channels, "states", states, "entries", 16, "rank", 4);
  }

  @Override
  ScatteredUpdate with(Plan plan) {
    return new ScatteredUpdate(plan);
  }

  /** Channels, D. */
  public ScatteredUpdate channels(int count) {
    return size("channels", count);
  }

  /** States per channel, H. */
  public ScatteredUpdate states(int count) {
    return size("states", count);
  }

  /** Changed entries, k. */
  public ScatteredUpdate entries(int count) {
    return size("entries", count);
  }

  /** Rank of the LoRA, r. */
  public ScatteredUpdate rank(int rank) {
    return size("rank", rank);
  }

  @Override
  public Statement statement() {
    return STATEMENT;
  }

  @Override
  public Bound bound() {
    return Bound.atLeast(0.1);
  }

  @Override
  String axis() {
    return "channels";
  }

  @Override
  void requireSizes(Sizes sizes, Set<String> dropped) {
    int most = sizes.get("channels") * sizes.get("states");
    if (sizes.get("entries") > most) {
      throw new IllegalArgumentException(
          "%d entries are to change, but A has only D · H = %d. Use entries(%d) or fewer."
              .formatted(sizes.get("entries"), most, most));
    }
    int few = Math.min(sizes.get("entries"), sizes.get("states"));
    if (2 * sizes.get("rank") > few) {
      throw new IllegalArgumentException(
          "LoRA of rank %d may reach a change of %d entries in %d states. Use a rank of at most half of the smaller, %d."
              .formatted(
                  sizes.get("rank"),
                  sizes.get("entries"),
                  sizes.get("states"),
                  Math.max(1, few / 2)));
    }
  }

  @Override
  void run(Instance instance) {
    Draw draw = instance.draw();
    int channels = instance.size("channels");
    int states = instance.size("states");
    RealMatrix change =
        instance.without(SCATTERED)
            ? draw.normals(channels, 2).multiply(draw.normals(2, states))
            : scattered(instance, channels, states);
    RealMatrix rest = change.subtract(Matrices.truncated(change, instance.size("rank")));
    int rank = Matrices.rank(change);
    instance.show("ΔA", change);
    instance.show("what LoRA leaves", rest);
    instance.show(
        "rank, parameters of LoRA for equality, sparse parameters",
        new double[] {rank, rank * (double) (channels + states), instance.size("entries")});
    instance.conclude("share left", rest.getFrobeniusNorm() / change.getFrobeniusNorm());
  }

  private static RealMatrix scattered(Instance instance, int channels, int states) {
    Draw draw = instance.draw();
    RealMatrix change = Matrices.zeros(channels, states);
    int placed = 0;
    while (placed < instance.size("entries")) {
      int row = draw.below(channels);
      int column = draw.below(states);
      if (change.getEntry(row, column) == 0) {
        change.setEntry(row, column, draw.signed(0.5, 1.5));
        placed++;
      }
    }
    return change;
  }
}
