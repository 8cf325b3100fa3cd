package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.adder.model.WeightSlot;
import dev.adder.model.WeightSpec;
import dev.adder.model.WeightUpdate;
import dev.adder.tensor.KeyedRandom;
import java.util.List;

/**
 * Low-rank adaptation: ΔW = (α/r)·B·A with A (r, in), B (out, r).
 *
 * <p>A starts uniform in ±1/√in, B at zero, so attaching changes nothing. Dropout acts on the
 * low-rank path's input. The paper uses α = r and dropout 0.1 throughout (released configurations).
 *
 * @param rank r, at most min(in, out) of every target
 * @param alpha α
 * @param dropout share of inputs dropped in training, in [0, 1)
 * @param targets projections, or parts of them
 */
public record Lora(int rank, double alpha, double dropout, Targets targets) implements PeftMethod {

  public Lora {
    if (rank < 1) {
      throw new IllegalArgumentException(
          "LoRA rank is " + rank + "; it must be at least 1, usually 8.");
    }
    if (!Double.isFinite(alpha)) {
      throw new IllegalArgumentException(
          "LoRA alpha is " + alpha + "; it must be a finite number, usually the rank.");
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException(
          "LoRA dropout is " + dropout + "; it must be in [0, 1), usually 0.1.");
    }
  }

  /** The paper's LoRA: α = r, dropout 0.1. */
  public static Lora of(int rank, String... targets) {
    return new Lora(rank, rank, 0.1, Targets.of(targets));
  }

  @Override
  public String describe() {
    return "LoRA r=" + rank + " on " + targets;
  }

  @Override
  public List<Attachment> attachments(
      List<WeightSpec> weights, List<DimensionSelection> selections) {
    UpdateSpec update = new LowRank(rank, alpha, dropout);
    return targets.resolve(weights).stream().map(slot -> new Attachment(slot, update)).toList();
  }

  private record LowRank(int rank, double alpha, double dropout) implements UpdateSpec {

    @Override
    public String describe() {
      return "LoRA r=" + rank;
    }

    @Override
    public long trained(WeightSlot slot) {
      return rank * (slot.shape().get(0) + slot.shape().get(1));
    }

    /** x·Aᵀ, Bᵀ, and what dropout left of x. */
    @Override
    public long kept(WeightSlot slot, long rows) {
      long out = slot.shape().get(0);
      long in = slot.shape().get(1);
      return rank * (rows + out) + (dropout > 0 ? rows * in : 0);
    }

    @Override
    public void check(WeightSlot slot) {
      if (slot.weight().kind() != WeightSpec.Kind.PROJECTION) {
        throw new IllegalArgumentException(
            "LoRA goes on linear projections (in_proj, x_proj, dt_proj, out_proj), not on %s."
                .formatted(slot.target()));
      }
      long out = slot.shape().get(0);
      long in = slot.shape().get(1);
      if (rank > Math.min(in, out)) {
        throw new IllegalArgumentException(
            "LoRA rank %d exceeds min(in, out) = %d of %s (%d × %d). Use a rank of at most %d."
                .formatted(rank, Math.min(in, out), slot.name(), out, in, Math.min(in, out)));
      }
    }

    @Override
    public WeightUpdate create(
        WeightSlot slot, NDArray frozen, NDManager manager, KeyedRandom random) {
      return new LoraUpdate(slot, rank, alpha / rank, dropout, manager, random);
    }
  }
}
