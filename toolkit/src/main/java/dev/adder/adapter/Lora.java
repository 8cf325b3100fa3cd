package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.adder.model.WeightSlot;
import dev.adder.model.WeightSpec;
import dev.adder.model.WeightUpdate;
import dev.adder.tensor.KeyedRandom;
import java.util.List;

/**
 * Low-rank adaptation: ΔW = s·B·A with A (r, in), B (out, r), and s = α/r (Hu et al. 2021).
 *
 * <p>A starts uniform in ±1/√in, B at zero, so attaching changes nothing. Dropout acts on the
 * low-rank path's input. The paper uses α = r and dropout 0.1 throughout (released configurations).
 *
 * <p>Beside linear projections it goes on every weight that is a matrix: A_log (channel, state),
 * the depthwise convolution as (channel, tap), the embedding. There is no input to drop there,
 * except that of projections. On an embedding, A starts at zero and B normal, and a tied output
 * head keeps the frozen embedding, as in PEFT.
 *
 * <ul>
 *   <li>Rank-stabilised: s = α/√r (Kalajdzievski 2023).
 *   <li>DoRA: W' = m ∘ (W + ΔW) / ‖W + ΔW‖ by rows, with a trained m that starts at ‖W‖ (Liu et al.
 *       2024); the norm is held constant on the way back. On linear projections only.
 *   <li>LoRA+: the rate of B is that of A times a factor (Hayou et al. 2024).
 * </ul>
 *
 * @param rank r, at most min(in, out) of every target
 * @param alpha α
 * @param dropout share of inputs dropped in training, in [0, 1)
 * @param rankStabilised whether s is α/√r
 * @param decomposed whether it is DoRA
 * @param rateRatio of the learning rate of B to that of A; 1 for LoRA, usually 16 for LoRA+
 * @param targets weights, or parts of them
 */
public record Lora(
    int rank,
    double alpha,
    double dropout,
    boolean rankStabilised,
    boolean decomposed,
    double rateRatio,
    Targets targets)
    implements PeftMethod {

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
    if (!(rateRatio > 0 && rateRatio < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "The LoRA+ ratio is " + rateRatio + "; it must be a positive number, usually 16.");
    }
  }

  /** LoRA with scale α/r and one learning rate. */
  public Lora(int rank, double alpha, double dropout, Targets targets) {
    this(rank, alpha, dropout, false, false, 1, targets);
  }

  /** The paper's LoRA: α = r, dropout 0.1. */
  public static Lora of(int rank, String... targets) {
    return new Lora(rank, rank, 0.1, Targets.of(targets));
  }

  /** The same with scale α/√r. */
  public Lora rankStabilise() {
    return new Lora(rank, alpha, dropout, true, decomposed, rateRatio, targets);
  }

  /** The same as DoRA. */
  public Lora dora() {
    return new Lora(rank, alpha, dropout, rankStabilised, true, rateRatio, targets);
  }

  /**
   * The same as LoRA+.
   *
   * @param ratio of the learning rate of B to that of A
   */
  public Lora plus(double ratio) {
    return new Lora(rank, alpha, dropout, rankStabilised, decomposed, ratio, targets);
  }

  /** s. */
  double scale() {
    return rankStabilised ? alpha / Math.sqrt(rank) : alpha / rank;
  }

  @Override
  public String describe() {
    return name() + " on " + targets;
  }

  private String name() {
    return (decomposed ? "DoRA" : "LoRA")
        + (rateRatio == 1 ? "" : "+")
        + " r="
        + rank
        + (rankStabilised ? " rank-stabilised" : "");
  }

  @Override
  public List<Attachment> attachments(
      List<WeightSpec> weights, List<DimensionSelection> selections) {
    return targets.resolve(weights).stream()
        .map(slot -> new Attachment(slot, new LowRank(this)))
        .toList();
  }

  /** The update at one place. */
  record LowRank(Lora lora) implements UpdateSpec {

    @Override
    public String describe() {
      return lora.name();
    }

    /** Axes of the place read as a matrix: the channels of a convolution by its taps. */
    private static long out(WeightSlot slot) {
      return slot.shape().get(0);
    }

    private static long in(WeightSlot slot) {
      return slot.size() / out(slot);
    }

    @Override
    public long trained(WeightSlot slot) {
      return lora.rank * (out(slot) + in(slot)) + (lora.decomposed ? out(slot) : 0);
    }

    /** x·Aᵀ, Bᵀ, what dropout left of x; elsewhere than on a projection, W'. */
    @Override
    public long kept(WeightSlot slot, long rows) {
      long out = out(slot);
      long in = in(slot);
      switch (slot.weight().kind()) {
        case PROJECTION -> {
          long dropped = lora.dropout > 0 ? rows * in : 0;
          long scaled = lora.decomposed ? rows * out * (lora.dropout > 0 ? 3 : 1) + dropped : 0;
          return lora.rank * (rows + out) + dropped + scaled;
        }
        case EMBEDDING -> {
          return rows * (lora.rank + 3 * in);
        }
        default -> {
          return 2 * slot.size();
        }
      }
    }

    @Override
    public void check(WeightSlot slot) {
      WeightSpec.Kind kind = slot.weight().kind();
      if (slot.shape().size() < 2) {
        throw new IllegalArgumentException(
            "LoRA goes on matrices (in_proj, x_proj, dt_proj, out_proj, A_log, conv1d, embedding), not on the vector %s. Train it whole: on(\"%s\") of partial()."
                .formatted(slot.target(), slot.target()));
      }
      if (lora.decomposed && kind != WeightSpec.Kind.PROJECTION) {
        throw new IllegalArgumentException(
            "DoRA goes on linear projections (in_proj, x_proj, dt_proj, out_proj), not on %s. Leave it out of on(…)."
                .formatted(slot.target()));
      }
      long out = out(slot);
      long in = in(slot);
      if (lora.rank > Math.min(in, out)) {
        throw new IllegalArgumentException(
            "LoRA rank %d exceeds min(in, out) = %d of %s (%d × %d). Use a rank of at most %d."
                .formatted(lora.rank, Math.min(in, out), slot.name(), out, in, Math.min(in, out)));
      }
    }

    @Override
    public WeightUpdate create(
        WeightSlot slot, NDArray frozen, NDManager manager, KeyedRandom random) {
      return slot.weight().kind() == WeightSpec.Kind.EMBEDDING
          ? new LoraEmbedding(slot, lora, frozen, manager, random)
          : new LoraUpdate(slot, lora, frozen, manager, random);
    }
  }
}
