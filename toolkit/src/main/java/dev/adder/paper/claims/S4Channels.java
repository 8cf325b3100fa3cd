package dev.adder.paper.claims;

import org.hipparchus.linear.RealMatrix;

/**
 * Independent diagonal channels in float64, in steps: h_t = a ∘ h_{t−1} + b x_t, y_t = Σ c ∘ h_t.
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
    return run(x, Matrices.zeros(channels(), states()));
  }

  /** From a state (channel, state). */
  RealMatrix run(RealMatrix x, RealMatrix start) {
    RealMatrix h = start.copy();
    RealMatrix y = Matrices.zeros(x.getRowDimension(), channels());
    for (int t = 0; t < x.getRowDimension(); t++) {
      for (int d = 0; d < channels(); d++) {
        double sum = 0;
        for (int i = 0; i < states(); i++) {
          double next = a.getEntry(d, i) * h.getEntry(d, i) + b.getEntry(d, i) * x.getEntry(t, d);
          h.setEntry(d, i, next);
          sum += c.getEntry(d, i) * next;
        }
        y.setEntry(t, d, sum);
      }
    }
    return y;
  }

  /** The outputs on an impulse in every channel: (step, channel). */
  RealMatrix kernel(int length) {
    RealMatrix impulse = Matrices.zeros(length, channels());
    for (int d = 0; d < channels(); d++) {
      impulse.setEntry(0, d, 1);
    }
    return run(impulse);
  }
}
