package dev.adder.paper.claims;

import ai.djl.ndarray.NDArray;
import dev.adder.model.DeepS4;
import dev.adder.model.S4Config;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.RealMatrix;

/**
 * A stack of S4 layers as in the released code, x ← W (S4(x) + u ∘ x) + β, carried out by {@link
 * DeepS4} in float64.
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

    /** The layer with u ∘ x added behind W, as in the paper's text. */
    RealMatrix runWithSkipOutside(RealMatrix x) {
      RealMatrix y = s4.run(x).multiply(w.transpose()).add(x.multiply(Matrices.diagonal(skip)));
      for (int t = 0; t < y.getRowDimension(); t++) {
        y.setRowVector(t, y.getRowVector(t).add(new ArrayRealVector(bias)));
      }
      return y;
    }
  }

  LinearDeepS4 {
    layers = List.copyOf(layers);
  }

  /** Outputs (step, channel) on x (step, channel). */
  RealMatrix run(RealMatrix x) {
    return run(x, false);
  }

  /** The same with a ReLU behind every layer. */
  RealMatrix runRectified(RealMatrix x) {
    return run(x, true);
  }

  private RealMatrix run(RealMatrix x, boolean rectified) {
    try (Bench bench = new Bench()) {
      S4Channels first = layers.get(0).s4();
      S4Config stack =
          S4Config.stack(first.channels(), layers.size(), first.states()).real().discrete();
      DeepS4 model = new DeepS4(rectified ? stack : stack.linear(), tensors(bench));
      return Bench.matrix(model.forward(bench.tape(), bench.sequence(x)));
    }
  }

  private Map<String, NDArray> tensors(Bench bench) {
    Map<String, NDArray> tensors = new HashMap<>();
    for (int l = 0; l < layers.size(); l++) {
      Layer layer = layers.get(l);
      String name = "layers." + l + ".";
      tensors.put(name + "s4.A", bench.tensor(layer.s4.a()));
      tensors.put(name + "s4.B", bench.tensor(layer.s4.b()));
      tensors.put(name + "s4.C", bench.tensor(layer.s4.c()));
      tensors.put(name + "s4.D", bench.vector(layer.skip));
      tensors.put(name + "linear.weight", bench.tensor(layer.w));
      tensors.put(name + "linear.bias", bench.vector(layer.bias));
    }
    return tensors;
  }

  /** The stack with u ∘ x added behind each W. */
  RealMatrix runWithSkipsOutside(RealMatrix x) {
    RealMatrix stream = x;
    for (Layer layer : layers) {
      stream = layer.runWithSkipOutside(stream);
    }
    return stream;
  }
}
