package dev.adder.model;

import dev.adder.ssm.MatrixVector;
import dev.adder.ssm.RecurrentStep;
import dev.adder.ssm.RecurrentStep.Signals;
import dev.adder.ssm.RowNorm;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Stages;
import java.util.List;
import java.util.function.Function;

/**
 * One residual block for one token at a time, in stages whose pieces are ranges of channels or
 * rows. The projections are read where they lie.
 */
final class DecoderBlock {

  private static final int LANES = RawTensor.LANES;

  /** What the blocks of a model work on, one after the other. */
  static final class Buffers {
    final float[] residual;
    final float[] normed;
    private final float[] branch;
    private final Signals signals;

    Buffers(MambaConfig config) {
      residual = new float[RowNorm.padded(config.dModel())];
      normed = new float[residual.length];
      branch = new float[residual.length];
      signals = Signals.of(config.dInner(), config.dtRank(), config.dState());
    }
  }

  private final MambaConfig config;
  private final Buffers buffers;
  private final Signals signals;
  private final RowNorm norm;
  private final RawTensor inProj;
  private final RawTensor xProj;
  private final RawTensor outProj;
  private final RecurrentStep step;

  /**
   * @param weights the weights of this block by target
   */
  DecoderBlock(MambaConfig config, Function<String, RawTensor> weights, Buffers buffers) {
    this.config = config;
    this.buffers = buffers;
    signals = buffers.signals;
    norm = new RowNorm(weights.apply("norm"), config.epsilon());
    inProj = weights.apply("in_proj");
    xProj = weights.apply("x_proj");
    outProj = weights.apply("out_proj");
    step =
        new RecurrentStep(
            weights.apply("conv1d"),
            weights.apply("conv1d.bias"),
            weights.apply("dt_proj"),
            weights.apply("dt_proj.bias"),
            weights.apply("A_log"),
            weights.apply("D"),
            buffers.signals);
  }

  private static double bytes(RawTensor tensor) {
    return (double) Float.BYTES * tensor.size();
  }

  RecurrentStep step() {
    return step;
  }

  /** What is done for a token, in order. */
  List<Stages.Stage> stages() {
    int blocks = step.blocks();
    double scanned = Float.BYTES * (double) config.dInner() * (config.dtRank() + config.dState());
    Ranges selected = Ranges.of(signals.selective().length, bytes(xProj));
    return List.of(
        Ranges.of(1, 0).stage((from, to) -> norm.apply(buffers.residual, buffers.normed)),
        Ranges.of(blocks, bytes(inProj)).stage(this::enter),
        selected.stage(this::select),
        Ranges.of(blocks, scanned).stage(step::scan),
        Ranges.of(config.dModel(), bytes(outProj)).stage(this::leave));
  }

  private void enter(int fromBlock, int toBlock) {
    int to = Math.min(config.dInner(), toBlock * LANES);
    MatrixVector.multiplyHalves(
        inProj, fromBlock * LANES, to, config.dModel(), buffers.normed, signals.x(), signals.z());
    step.convolve(fromBlock, toBlock);
  }

  private void select(int from, int to) {
    MatrixVector.multiply(xProj, from, to, config.dInner(), signals.x(), signals.selective());
  }

  private void leave(int from, int to) {
    float[] branch = buffers.branch;
    float[] residual = buffers.residual;
    MatrixVector.multiply(outProj, from, to, config.dInner(), signals.y(), branch);
    for (int i = from; i < to; i++) {
      residual[i] += branch[i];
    }
  }
}
