package dev.adder.paper.claims;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.ssm.SelectiveScan;
import java.util.Optional;
import org.hipparchus.linear.RealMatrix;

/**
 * An S6 layer in float64, carried out by {@link SelectiveScan}: B_n = W_B u_n, C_n = W_C u_n, Δ_n =
 * softplus(W_up W_down u_n + β), h_n = exp(Δ_n A) ∘ h_{n−1} + Δ_n B_n v_n, y_n = C_n h_n.
 *
 * <p>In a layer as wired, the vector u that selects and the vector v that is scanned are one; here
 * they can be told apart.
 *
 * @param a negative (channel, state)
 * @param b W_B (state, channel)
 * @param c W_C (state, channel)
 * @param down W_down (rank, channel)
 * @param up W_up (channel, rank)
 * @param bias β (channel)
 */
@SuppressWarnings("ArrayRecordComponent")
record S6(RealMatrix a, RealMatrix b, RealMatrix c, RealMatrix down, RealMatrix up, double[] bias) {

  /** The z for which SiLU(z) = 1: a gate that lets everything pass. */
  private static final double OPEN = 1.2784645427610738;

  /**
   * What a scan leaves.
   *
   * @param y outputs (step, channel)
   * @param state behind the last step (channel, state)
   */
  record Scanned(RealMatrix y, RealMatrix state) {}

  /** Rates A in (−2, −0.1), projections of the usual size, steps Δ around 0.7. */
  static S6 random(Draw draw, int channels, int states, int rank) {
    return new S6(
        Matrices.map(Matrices.zeros(channels, states), v -> -draw.uniform(0.1, 2)),
        draw.normals(states, channels, true),
        draw.normals(states, channels, true),
        draw.normals(rank, channels, true),
        draw.normals(channels, rank, true),
        draw.normals(channels));
  }

  int channels() {
    return a.getRowDimension();
  }

  int states() {
    return a.getColumnDimension();
  }

  /** W_S6 = [W_B; W_C; W_down], (2H + R, D). */
  RealMatrix stack() {
    return Matrices.stack(b, c, down);
  }

  /** The same layer with another W_S6. */
  S6 with(RealMatrix stack) {
    int h = states();
    return new S6(
        a,
        Matrices.rows(stack, 0, h),
        Matrices.rows(stack, h, 2 * h),
        Matrices.rows(stack, 2 * h, stack.getRowDimension()),
        up,
        bias);
  }

  /** As wired: u selects and is scanned, from an empty state, without a gate. */
  Scanned scan(RealMatrix u) {
    return scan(u, u, Optional.empty(), Optional.empty());
  }

  /** As wired, from a state (channel, state). */
  Scanned scan(RealMatrix u, RealMatrix start) {
    return scan(u, u, Optional.empty(), Optional.of(start));
  }

  /**
   * @param u what selects (step, channel)
   * @param v what is scanned (step, channel)
   * @param gate before its SiLU (step, channel); open if empty
   * @param start state before the first step (channel, state); zero if empty
   */
  Scanned scan(RealMatrix u, RealMatrix v, Optional<RealMatrix> gate, Optional<RealMatrix> start) {
    try (Bench bench = new Bench()) {
      NDArray selecting = bench.sequence(u);
      NDArray delta = bench.product(bench.product(selecting, down), up);
      RealMatrix z = gate.orElseGet(() -> Matrices.constant(v.getRowDimension(), channels(), OPEN));
      NDList inputs =
          new NDList(
              bench.sequence(v),
              delta,
              bench.vector(bias),
              bench.tensor(a),
              bench.product(selecting, b),
              bench.product(selecting, c),
              bench.vector(0, channels()),
              bench.sequence(z));
      start.ifPresent(h -> inputs.add(bench.tensor(h).reshape(new Shape(1, channels(), states()))));
      NDList outputs = bench.tape().apply(new SelectiveScan(), inputs.toArray(new NDArray[0]));
      return new Scanned(Bench.matrix(outputs.get(0)), Bench.matrix(outputs.get(1)));
    }
  }
}
