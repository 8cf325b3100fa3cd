package dev.adder.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.adder.ssm.CausalConvolution;
import dev.adder.ssm.NegativeExp;
import dev.adder.ssm.SelectiveScan;
import dev.adder.tensor.Tape;
import java.util.Map;
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

  /**
   * @param weights the weights of this block by target
   */
  MambaBlock(MambaConfig config, Map<String, Weight> weights) {
    this.config = config;
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
   * @param stream what the blocks before leave
   * @param state of this block before the first step, replaced by that behind the last; null for an
   *     empty past
   * @return what this block leaves
   */
  Stream forward(Tape tape, Stream stream, MambaState.@Nullable Block state) {
    NDList normed = stream.norm(tape, config.epsilon(), norm.value(tape));
    NDList xz = inProj.linear(tape, normed.get(0));
    NDList convolved = convolve(tape, xz.get(0), state);
    NDArray x = convolved.get(0);
    NDList selective = xProj.linear(tape, x);
    NDArray delta = dtProj.linear(tape, selective.get(0)).get(0);
    NDArray bias = dtBias.value(tape);
    NDArray a = tape.apply(new NegativeExp(), aLog.value(tape)).get(0);
    NDArray b = selective.get(1);
    NDArray c = selective.get(2);
    NDArray skip = d.value(tape);
    NDArray z = xz.get(1);
    NDList scanned =
        state == null
            ? tape.apply(new SelectiveScan(), x, delta, bias, a, b, c, skip, z)
            : tape.apply(new SelectiveScan(), x, delta, bias, a, b, c, skip, z, state.hidden());
    if (state != null) {
      state.replace(convolved.get(1), scanned.get(1));
    }
    return new Stream(normed.get(1), outProj.linear(tape, scanned.get(0)).get(0));
  }

  private NDList convolve(Tape tape, NDArray x, MambaState.@Nullable Block state) {
    NDArray weight = convWeight.value(tape);
    NDArray bias = convBias.value(tape);
    return state == null
        ? tape.apply(new CausalConvolution(), x, weight, bias)
        : tape.apply(new CausalConvolution(), x, weight, bias, state.window());
  }
}
