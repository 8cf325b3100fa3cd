package dev.adder.paper.claims;

import ai.djl.ndarray.NDArray;
import dev.adder.model.S4;
import java.util.Optional;
import org.hipparchus.linear.RealMatrix;

/**
 * Independent diagonal channels in float64, carried out by {@link S4} step by step: h_t = a ∘
 * h_{t−1} + b x_t, y_t = Σ c ∘ h_t.
 *
 * @param a (channel, state)
 * @param b (channel, state)
 * @param c (channel, state)
 */
record S4Channels(RealMatrix a, RealMatrix b, RealMatrix c) {

  int channels() {
    return a.getRowDimension();
  }

  int states() {
    return a.getColumnDimension();
  }

  /** From an empty state; x and y are (step, channel). */
  RealMatrix run(RealMatrix x) {
    return run(x, Optional.empty());
  }

  /** From a state (channel, state). */
  RealMatrix run(RealMatrix x, RealMatrix start) {
    return run(x, Optional.of(start));
  }

  private RealMatrix run(RealMatrix x, Optional<RealMatrix> start) {
    try (Bench bench = new Bench()) {
      S4 s4 = s4(bench);
      NDArray initial = start.map(bench::tensor).orElse(null);
      return Bench.matrix(s4.scan(bench.tape(), bench.sequence(x), initial).get(0));
    }
  }

  private S4 s4(Bench bench) {
    return S4.of(bench.tensor(a), bench.tensor(b), bench.tensor(c), bench.vector(0, channels()));
  }

  /** The outputs on an impulse in every channel: (step, channel). */
  RealMatrix kernel(int length) {
    try (Bench bench = new Bench()) {
      return Bench.matrix(s4(bench).kernel(bench.tape(), length));
    }
  }
}
