package dev.adder.paper.claims;

import java.util.List;
import java.util.function.UnaryOperator;
import org.hipparchus.linear.RealMatrix;

/**
 * A stack of S4 layers as in the released code, with linear activation: x ← W (S4(x) + u ∘ x) + β.
 *
 * @param layers first one first
 */
record LinearDeepS4(List<Layer> layers) {

  /**
   * One layer of D channels.
   *
   * @param s4 the channels
   * @param w W (channel, channel)
   * @param skip u (channel)
   * @param bias β (channel)
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Layer(S4Channels s4, RealMatrix w, double[] skip, double[] bias) {

    RealMatrix run(RealMatrix x, boolean skipOutside) {
      RealMatrix skipped = x.multiply(Matrices.diagonal(skip));
      RealMatrix scanned = s4.run(x);
      RealMatrix y =
          skipOutside
              ? scanned.multiply(w.transpose()).add(skipped)
              : scanned.add(skipped).multiply(w.transpose());
      for (int t = 0; t < y.getRowDimension(); t++) {
        for (int d = 0; d < bias.length; d++) {
          y.addToEntry(t, d, bias[d]);
        }
      }
      return y;
    }
  }

  LinearDeepS4 {
    layers = List.copyOf(layers);
  }

  /**
   * @param x (step, channel)
   * @param activation behind every layer
   * @param skipOutside whether u ∘ x is added behind W, as in the paper's text
   */
  RealMatrix run(RealMatrix x, UnaryOperator<RealMatrix> activation, boolean skipOutside) {
    RealMatrix stream = x;
    for (Layer layer : layers) {
      stream = activation.apply(layer.run(stream, skipOutside));
    }
    return stream;
  }
}
