package dev.adder.model;

import dev.adder.ssm.MatrixVector;
import dev.adder.ssm.RecurrentStep;
import dev.adder.ssm.RecurrentStep.Offsets;
import dev.adder.ssm.RecurrentStep.Signals;
import dev.adder.ssm.RowNorm;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Stages;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One residual block for one token of each sequence at a time, in stages whose pieces are ranges of
 * channels or rows. The projections are read where they lie.
 */
final class DecoderBlock {

  private static final int LANES = RawTensor.LANES;

  private final MambaConfig config;
  private final int layer;
  private final DecoderRows rows;
  private final RowNorm norm;
  private final RawTensor inProj;
  private final RawTensor xProj;
  private final RawTensor outProj;

  /** Holds the weights between the projections; its own past is that before the first token. */
  private final RecurrentStep weights;

  /**
   * @param all the weights of this block by target, and what stands in its open places
   * @param rows the sequences to read for
   */
  DecoderBlock(MambaConfig config, int layer, Map<String, RawTensor> all, DecoderRows rows) {
    this.config = config;
    this.layer = layer;
    this.rows = rows;
    Function<String, RawTensor> weights = all::get;
    norm = new RowNorm(weights.apply("norm"), config.epsilon());
    inProj = weights.apply("in_proj");
    xProj = weights.apply("x_proj");
    outProj = weights.apply("out_proj");
    this.weights =
        new RecurrentStep(
            weights.apply("conv1d"),
            weights.apply("conv1d.bias"),
            weights.apply("dt_proj"),
            weights.apply("dt_proj.bias"),
            weights.apply("A_log"),
            weights.apply("D"),
            new Offsets(
                Optional.ofNullable(all.get(OpenPlaces.STATE_OFFSET)),
                Optional.ofNullable(all.get(OpenPlaces.OUTPUT_OFFSET))),
            Signals.of(config.dInner(), config.dtRank(), config.dState()));
  }

  private static double bytes(RawTensor tensor) {
    return (double) Float.BYTES * tensor.size();
  }

  /** Sets what this block knows before the first token, for every sequence. */
  void begin(MambaState.Block before) {
    weights.begin(RawTensor.of(before.window()), RawTensor.of(before.hidden()));
  }

  /** What this block remembers of a sequence that has not begun. */
  RecurrentStep step(Signals signals) {
    return new RecurrentStep(weights, signals);
  }

  /** What is done for a token, in order. */
  List<Stages.Stage> stages() {
    int blocks = weights.blocks();
    double scanned = Float.BYTES * (double) config.dInner() * (config.dtRank() + config.dState());
    Ranges selected = Ranges.of(config.dtRank() + 2 * config.dState(), bytes(xProj));
    return List.of(
        Ranges.of(1, 0).stage((from, to) -> norm()),
        Ranges.of(blocks, bytes(inProj)).stage(this::enter),
        selected.stage(this::select),
        Ranges.of(blocks, scanned).stage(this::scan),
        Ranges.of(config.dModel(), bytes(outProj)).stage(this::leave));
  }

  private RecurrentStep step(int row) {
    return rows.get(row).steps.get(layer);
  }

  private void norm() {
    for (int row = 0; row < rows.count(); row++) {
      norm.apply(rows.residual[row], rows.normed[row]);
    }
  }

  private void enter(int fromBlock, int toBlock) {
    int from = fromBlock * LANES;
    int to = Math.min(config.dInner(), toBlock * LANES);
    int width = config.dModel();
    MatrixVector.multiplyHalves(inProj, from, to, width, rows.count(), rows.normed, rows.x, rows.z);
    for (int row = 0; row < rows.count(); row++) {
      step(row).convolve(fromBlock, toBlock);
    }
  }

  private void select(int from, int to) {
    MatrixVector.multiply(xProj, from, to, config.dInner(), rows.count(), rows.x, rows.selective);
  }

  private void scan(int fromBlock, int toBlock) {
    for (int row = 0; row < rows.count(); row++) {
      step(row).scan(fromBlock, toBlock);
    }
  }

  private void leave(int from, int to) {
    MatrixVector.multiply(outProj, from, to, config.dInner(), rows.count(), rows.y, rows.branch);
    for (int row = 0; row < rows.count(); row++) {
      float[] branch = rows.branch[row];
      float[] residual = rows.residual[row];
      for (int i = from; i < to; i++) {
        residual[i] += branch[i];
      }
    }
  }
}
