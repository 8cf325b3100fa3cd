package dev.adder.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.adder.ssm.BiasedActivation;
import dev.adder.tensor.Tape;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One layer of deep S4: f(W·(S4(u) + D∘u) + β) at every step, f ReLU or nothing (released code,
 * theory mode).
 */
public final class S4Layer {

  private final S4 s4;
  private final Weight linear;
  private final Weight bias;
  private final boolean rectified;

  /**
   * @param weights the weights of this layer by target
   */
  S4Layer(S4Config config, Map<String, Weight> weights) {
    s4 = new S4(weights, config.discretization());
    linear = weights.get("linear");
    bias = weights.get("linear.bias");
    rectified = config.rectified();
  }

  /** The state space system, with the skip D. */
  public S4 s4() {
    return s4;
  }

  /** All steps at once; u and the result (b, l, d), the initial state as {@link S4#convolve}. */
  public NDArray convolve(Tape tape, NDArray u, @Nullable NDArray initial) {
    return mix(tape, s4.convolve(tape, u, initial));
  }

  /** One step after the other: the outputs (b, l, d) and the last state, as {@link S4#scan}. */
  public NDList scan(Tape tape, NDArray u, @Nullable NDArray initial) {
    NDList scanned = s4.scan(tape, u, initial);
    return new NDList(mix(tape, scanned.get(0)), scanned.get(1));
  }

  private NDArray mix(Tape tape, NDArray y) {
    NDArray mixed = linear.linear(tape, y).get(0);
    return tape.apply(new BiasedActivation(rectified), mixed, bias.value(tape)).get(0);
  }
}
