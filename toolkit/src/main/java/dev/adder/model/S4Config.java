package dev.adder.model;

import dev.adder.ssm.Discretization;
import java.util.Optional;

/**
 * The geometry of a deep S4 model.
 *
 * @param dModel d, channels of every layer
 * @param layers number of layers
 * @param dState n, states per channel; a complex state stands for itself and its conjugate
 * @param complex whether states are complex
 * @param discretization how the continuous system becomes steps; empty if A and B are weights that
 *     are discrete already
 * @param rectified whether a layer ends with ReLU; if not, it is linear
 * @param ends what stands around the layers; empty for the bare stack, without residual connections
 */
public record S4Config(
    int dModel,
    int layers,
    int dState,
    boolean complex,
    Optional<Discretization> discretization,
    boolean rectified,
    Optional<Ends> ends) {

  /**
   * An encoder before the layers, residual connections, and behind them the mean over time and a
   * decoder.
   *
   * @param inputs numbers per step, such as 1 for grey pixels
   * @param classes numbers per sequence that come out
   */
  public record Ends(int inputs, int classes) {
    public Ends {
      requirePositive("inputs", inputs);
      requirePositive("classes", classes);
    }
  }

  public S4Config {
    requirePositive("d_model", dModel);
    requirePositive("layers", layers);
    requirePositive("d_state", dState);
  }

  /**
   * The bare stack of the paper's synthetic experiment: complex states, zero-order hold, ReLU. The
   * frozen model there has d = 64, 4 layers and 16 states, the target 1 layer and 8 states.
   */
  public static S4Config stack(int dModel, int layers, int dState) {
    return new S4Config(
        dModel,
        layers,
        dState,
        true,
        Optional.of(Discretization.ZERO_ORDER_HOLD),
        true,
        Optional.empty());
  }

  /**
   * The classifier of raw sequences: 64 channels, 4 layers, 16 complex states.
   *
   * @param inputs numbers per step: 1 for grey, 3 for coloured pixels
   */
  public static S4Config classifier(int inputs, int classes) {
    return stack(64, 4, 16).with(new Ends(inputs, classes));
  }

  /** The same with an encoder, residual connections and a decoder. */
  public S4Config with(Ends around) {
    return new S4Config(
        dModel, layers, dState, complex, discretization, rectified, Optional.of(around));
  }

  /** The same with real states. */
  public S4Config real() {
    return new S4Config(dModel, layers, dState, false, discretization, rectified, ends);
  }

  /** The same with another rule of discretisation. */
  public S4Config discretised(Discretization rule) {
    return new S4Config(dModel, layers, dState, complex, Optional.of(rule), rectified, ends);
  }

  /** The same with discrete A and B as weights, as the paper's lemmas count parameters. */
  public S4Config discrete() {
    return new S4Config(dModel, layers, dState, complex, Optional.empty(), rectified, ends);
  }

  /** The same without ReLU. */
  public S4Config linear() {
    return new S4Config(dModel, layers, dState, complex, discretization, false, ends);
  }

  private static void requirePositive(String key, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException(key + " is " + value + "; it must be at least 1.");
    }
  }
}
