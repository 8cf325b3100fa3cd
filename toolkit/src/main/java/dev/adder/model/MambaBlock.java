package dev.adder.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.ssm.CausalConvolution;
import dev.adder.ssm.GatedSum;
import dev.adder.ssm.NegativeExp;
import dev.adder.ssm.SelectiveScan;
import dev.adder.tensor.Join;
import dev.adder.tensor.Product;
import dev.adder.tensor.Repeat;
import dev.adder.tensor.Tape;
import dev.adder.tensor.cuda.NativeTensor;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One residual block: r ← r + out_proj(SSM(conv(in_proj(norm(r))))).
 *
 * <p>Δ = softplus(dt_proj(x_proj.dt x)), B = x_proj.B x, C = x_proj.C x, A = −exp(A_log); the scan
 * and its gate are in {@link SelectiveScan}. Sources: Mamba, Algorithm 2 and Figure 3.
 */
final class MambaBlock {

  private final MambaConfig config;
  private final Weight norm;
  private final Weight inProj;
  private final Weight convWeight;
  private final Weight convBias;
  private final Weight xProj;
  private final Weight dtProj;
  private final Weight dtBias;
  private final Weight aLog;
  private final Weight d;
  private final Weight outProj;
  private final Function<String, Optional<Weight>> opened;

  /**
   * @param weights the weights of this block by target
   * @param opened by target, what a method has put into this block's open places
   */
  MambaBlock(
      MambaConfig config, Map<String, Weight> weights, Function<String, Optional<Weight>> opened) {
    this.config = config;
    this.opened = opened;
    norm = weights.get("norm");
    inProj = weights.get("in_proj");
    convWeight = weights.get("conv1d");
    convBias = weights.get("conv1d.bias");
    xProj = weights.get("x_proj");
    dtProj = weights.get("dt_proj");
    dtBias = weights.get("dt_proj.bias");
    aLog = weights.get("A_log");
    d = weights.get("D");
    outProj = weights.get("out_proj");
  }

  /**
   * What a block leaves.
   *
   * @param stream for the blocks behind
   * @param past for the tokens behind
   */
  record Passed(Stream stream, Past past) {}

  /**
   * @param stream what the blocks before leave
   * @param before of this block, from the tokens before
   */
  Passed forward(Tape tape, Stream stream, Past before) {
    NDList normed = stream.norm(tape, config.epsilon(), norm.value(tape));
    Mixed mixed = mix(tape, inProj.linear(tape, normed.get(0)), before);
    NDArray branch = outProj.linear(tape, mixed.y()).get(0);
    return new Passed(new Stream(normed.get(1), branch), mixed.past());
  }

  /**
   * What this block knows before the first token, for a batch of one: a learned state, or what it
   * keeps of a learned prefix, whose own outputs nobody reads.
   */
  Past start(Tape tape) {
    NDArray window = value(tape, OpenPlaces.INITIAL_WINDOW);
    NDArray hidden = value(tape, OpenPlaces.INITIAL_STATE);
    Past past =
        new Past(
            window == null ? null : batchOfOne(tape, window),
            hidden == null ? null : batchOfOne(tape, withEmptyExtra(tape, hidden)));
    NDArray prefix = value(tape, OpenPlaces.PREFIX);
    if (prefix != null) {
      past = mix(tape, inProj.linear(tape, batchOfOne(tape, prefix)), past).past();
    }
    NDArray affix = value(tape, OpenPlaces.AFFIX);
    if (affix != null) {
      NDArray x = batchOfOne(tape, affix);
      past = mix(tape, new NDList(x, x.zerosLike()), past).past();
    }
    return past;
  }

  private static NDArray batchOfOne(Tape tape, NDArray value) {
    return tape.apply(new Repeat(new Shape(1).addAll(value.getShape())), value).get(0);
  }

  /** What a method has put into an open place of this block; null if nothing. */
  private @Nullable NDArray value(Tape tape, String place) {
    return opened.apply(place).map(weight -> weight.value(tape)).orElse(null);
  }

  /**
   * Output of the gated scan, and what is kept for the tokens behind.
   *
   * @param y (b, l, d_inner)
   */
  private record Mixed(NDArray y, Past past) {}

  private Mixed mix(Tape tape, NDList xz, Past before) {
    NDList convolved = convolve(tape, xz.get(0), before.window());
    NDArray x = convolved.get(0);
    NDArray z = xz.get(1);
    NDList selective = xProj.linear(tape, x);
    NDArray delta = dtProj.linear(tape, selective.get(0)).get(0);
    NDArray bias = dtBias.value(tape);
    NDArray a =
        tape.apply(new NegativeExp(), withExtra(tape, aLog.value(tape), OpenPlaces.EXTRA_A)).get(0);
    NDArray b = withExtraRows(tape, x, selective.get(1), OpenPlaces.EXTRA_B);
    NDArray c = withExtraRows(tape, x, selective.get(2), OpenPlaces.EXTRA_C);
    NDArray skip = d.value(tape);
    NDArray hidden = before.hidden();
    NDList scanned =
        hidden == null
            ? tape.apply(new SelectiveScan(), x, delta, bias, a, b, c, skip, z)
            : tape.apply(new SelectiveScan(), x, delta, bias, a, b, c, skip, z, hidden);
    NDArray y = offset(tape, scanned.get(0), z, selective.get(2));
    return new Mixed(y, new Past(convolved.get(1), scanned.get(1)));
  }

  private NDArray withExtra(Tape tape, NDArray own, String place) {
    NDArray extra = value(tape, place);
    return extra == null ? own : tape.apply(new Join(), own, extra).get(0);
  }

  /** A state (d_inner, d_state), and zeros for the states that a method has added. */
  private NDArray withEmptyExtra(Tape tape, NDArray state) {
    Optional<Weight> extra = opened.apply(OpenPlaces.EXTRA_A);
    return extra.isEmpty()
        ? state
        : tape.apply(new Join(), state, extra.get().frozen().zerosLike()).get(0);
  }

  private NDArray withExtraRows(Tape tape, NDArray x, NDArray own, String place) {
    NDArray extra = value(tape, place);
    if (extra == null) {
      return own;
    }
    return tape.apply(new Join(), own, tape.apply(new Product(), x, extra).get(0)).get(0);
  }

  /** y + (C H') ∘ SiLU(z) and y + b ∘ SiLU(z) (State-offset Tuning, arXiv 2503.03499). */
  private NDArray offset(Tape tape, NDArray y, NDArray z, NDArray c) {
    NDArray sum = y;
    NDArray state = value(tape, OpenPlaces.STATE_OFFSET);
    if (state != null) {
      NDArray read = tape.apply(new Product(), c, state).get(0);
      sum = tape.apply(new GatedSum(), sum, z, read).get(0);
    }
    NDArray output = value(tape, OpenPlaces.OUTPUT_OFFSET);
    return output == null ? sum : tape.apply(new GatedSum(), sum, z, output).get(0);
  }

  private NDList convolve(Tape tape, NDArray x, @Nullable NDArray window) {
    NDArray weight = convWeight.value(tape);
    NDArray bias = convBias.value(tape);
    return window == null
        ? tape.apply(new CausalConvolution(), x, weight, bias)
        : tape.apply(new CausalConvolution(), x, weight, bias, NativeTensor.inTypeOf(x, window));
  }
}
