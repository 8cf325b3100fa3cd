package dev.adder.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.adder.model.WeightSpec.Kind;
import dev.adder.ssm.DiscreteSystem;
import dev.adder.ssm.Discretization;
import dev.adder.ssm.LongConvolution;
import dev.adder.ssm.S4Kernel;
import dev.adder.ssm.S4Scan;
import dev.adder.tensor.Tape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A diagonal state space system of d independent channels with n states each: x_t = Ā x_{t−1} + B̄
 * u_t, y_t = s·Re Σ C x_t + D u_t; s is 1 for real states and 2 for complex ones, which stand for
 * themselves and their conjugates. In float32 or float64, whichever its weights have.
 *
 * <p>{@link #convolve} and {@link #scan} give the same outputs; the second also the last state.
 */
public final class S4 {

  private final Map<String, Weight> weights;
  private final Optional<Discretization> discretization;

  /**
   * @param weights of the system by target
   * @param discretization empty if A and B are discrete already
   */
  S4(Map<String, Weight> weights, Optional<Discretization> discretization) {
    this.weights = weights;
    this.discretization = discretization;
  }

  /**
   * A system with discrete A and B.
   *
   * @param a Ā (d, n), or (d, n, 2) with real and imaginary part if complex
   * @param b B̄, of the same shape
   * @param c C, of the same shape
   * @param d D (d)
   */
  public static S4 of(NDArray a, NDArray b, NDArray c, NDArray d) {
    Map<String, Weight> weights = new LinkedHashMap<>();
    Map.of("A", a, "B", b, "C", c)
        .forEach((name, tensor) -> weights.put(name, weight(name, Kind.STATE, tensor)));
    weights.put("D", weight("D", Kind.VECTOR, d));
    return new S4(weights, Optional.empty());
  }

  private static Weight weight(String name, Kind kind, NDArray tensor) {
    var shape = Arrays.stream(tensor.getShape().getShape()).boxed().toList();
    return new Weight(new WeightSpec(name, name, 0, kind, shape, java.util.List.of()), tensor);
  }

  private NDArray value(Tape tape, String target) {
    return weights.get(target).value(tape);
  }

  /** Ā and B̄. */
  private NDList discrete(Tape tape) {
    if (discretization.isEmpty()) {
      return new NDList(value(tape, "A"), value(tape, "B"));
    }
    DiscreteSystem operator = new DiscreteSystem(discretization.get());
    NDArray step = value(tape, "log_dt");
    NDArray a = value(tape, "log_A_real");
    return weights.containsKey("A_imag")
        ? tape.apply(operator, step, a, value(tape, "A_imag"))
        : tape.apply(operator, step, a);
  }

  /**
   * The impulse response without D.
   *
   * @return (length, d)
   */
  public NDArray kernel(Tape tape, int length) {
    NDList ab = discrete(tape);
    return tape.apply(new S4Kernel(length), ab.get(0), ab.get(1), value(tape, "C")).get(0);
  }

  /**
   * All outputs at once, by the impulse response.
   *
   * @param u (b, l, d)
   * @param initial state before the first step, of C's shape, for every sequence; null for zero
   * @return y (b, l, d)
   */
  public NDArray convolve(Tape tape, NDArray u, @Nullable NDArray initial) {
    NDList ab = discrete(tape);
    S4Kernel operator = new S4Kernel(Math.toIntExact(u.getShape().get(1)));
    NDArray c = value(tape, "C");
    NDArray d = value(tape, "D");
    if (initial == null) {
      NDArray kernel = tape.apply(operator, ab.get(0), ab.get(1), c).get(0);
      return tape.apply(new LongConvolution(), u, kernel, d).get(0);
    }
    NDList responses = tape.apply(operator, ab.get(0), ab.get(1), c, initial);
    return tape.apply(new LongConvolution(), u, responses.get(0), d, responses.get(1)).get(0);
  }

  /**
   * One step after the other.
   *
   * @param u (b, l, d)
   * @param initial state before the first step, of C's shape for every sequence, or with a batch
   *     axis before it; null for zero
   * @return y (b, l, d) and the state behind the last step, with a batch axis
   */
  public NDList scan(Tape tape, NDArray u, @Nullable NDArray initial) {
    NDList ab = discrete(tape);
    NDArray c = value(tape, "C");
    NDArray d = value(tape, "D");
    return initial == null
        ? tape.apply(new S4Scan(), u, ab.get(0), ab.get(1), c, d)
        : tape.apply(new S4Scan(), u, ab.get(0), ab.get(1), c, d, initial);
  }
}
