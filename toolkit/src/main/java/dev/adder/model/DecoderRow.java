package dev.adder.model;

import dev.adder.ssm.RecurrentStep;
import dev.adder.ssm.RecurrentStep.Signals;
import dev.adder.ssm.RowNorm;
import java.util.List;

/** One sequence of a decoder: its past, and what its present token is computed in. */
final class DecoderRow {

  final float[] residual;
  final float[] normed;
  final float[] branch;
  final float[] logits;
  final Signals signals;

  /** What each block remembers. */
  final List<RecurrentStep> steps;

  int token;
  long read;

  DecoderRow(MambaConfig config, List<DecoderBlock> blocks) {
    residual = new float[RowNorm.padded(config.dModel())];
    normed = new float[residual.length];
    branch = new float[residual.length];
    logits = new float[config.vocabSize()];
    signals = Signals.of(config.dInner(), config.dtRank(), config.dState());
    steps = blocks.stream().map(block -> block.step(signals)).toList();
  }

  void reset() {
    steps.forEach(RecurrentStep::reset);
    read = 0;
  }

  /** Takes over the past of another sequence, and its logits. */
  void copy(DecoderRow other) {
    for (int i = 0; i < steps.size(); i++) {
      steps.get(i).copy(other.steps.get(i));
    }
    System.arraycopy(other.logits, 0, logits, 0, logits.length);
    read = other.read;
  }
}
