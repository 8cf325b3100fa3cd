package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import dev.adder.model.WeightSlot;
import dev.adder.model.WeightSpec;
import dev.adder.model.WeightUpdate;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.Tape;
import java.util.ArrayList;
import java.util.List;

/**
 * LoRA on the state space part of deep S4: log Re A, Im A and C each get P·Q with P (d, r), which
 * starts at zero, and Q (r, n) standard normal, both complex for a complex C; log Δ is trained
 * whole. Scale 1, no dropout.
 *
 * <p>So does the released script for images, with rank 4. In the released synthetic script the same
 * option attaches no low-rank part and trains log Δ only: that is {@code
 * PartialTuning.of("log_dt")}.
 *
 * @param rank r, at most min(d, n)
 */
public record S4Lora(int rank) implements PeftMethod {

  private static final List<String> MATRICES = List.of("log_A_real", "A_imag", "C");

  public S4Lora {
    if (rank < 1) {
      throw new IllegalArgumentException(
          "LoRA rank is " + rank + "; it must be at least 1, usually 4.");
    }
  }

  @Override
  public String describe() {
    return "LoRA r=" + rank + " on A and C of S4";
  }

  @Override
  public List<Attachment> attachments(
      List<WeightSpec> weights, List<DimensionSelection> selections) {
    S4Sdt.requireS4(weights, "LoRA on A and C");
    List<Attachment> attachments = new ArrayList<>();
    for (WeightSpec weight : weights) {
      if (weight.layer() >= 0 && MATRICES.contains(weight.target())) {
        attachments.add(new Attachment(weight.whole(), new LowRank(rank)));
      } else if (weight.target().equals("log_dt")) {
        attachments.add(new Attachment(weight.whole(), new TrainedCopy()));
      }
    }
    return attachments;
  }

  /** P·Q over channels and states. */
  private record LowRank(int rank) implements UpdateSpec {

    @Override
    public String describe() {
      return "LoRA r=" + rank;
    }

    private static long channels(WeightSlot slot) {
      return slot.shape().get(0);
    }

    private static long states(WeightSlot slot) {
      return slot.shape().get(1);
    }

    private static boolean isComplex(WeightSlot slot) {
      return slot.shape().size() > 2;
    }

    @Override
    public long trained(WeightSlot slot) {
      return rank * (channels(slot) + states(slot)) * (isComplex(slot) ? 2 : 1);
    }

    @Override
    public void check(WeightSlot slot) {
      long largest = Math.min(channels(slot), states(slot));
      if (rank > largest) {
        throw new IllegalArgumentException(
            "LoRA rank %d exceeds min(channels, states) = %d of %s (%d × %d). Use a rank of at most %d."
                .formatted(rank, largest, slot.name(), channels(slot), states(slot), largest));
      }
    }

    @Override
    public WeightUpdate create(
        WeightSlot slot, NDArray frozen, NDManager manager, KeyedRandom random) {
      boolean complex = isComplex(slot);
      Shape left = new Shape(channels(slot), rank);
      Shape right = new Shape(rank, states(slot));
      float[] values = new float[Math.toIntExact(right.size()) * (complex ? 2 : 1)];
      random.derive("lora_Q").fillNormal(values, complex ? (float) Math.sqrt(0.5) : 1);
      return new Update(
          TrainedParameter.zeros(
              slot.name() + ".lora_P", frozen, manager, complex ? left.add(2) : left),
          TrainedParameter.filled(
              slot.name() + ".lora_Q", frozen, manager, values, complex ? right.add(2) : right),
          complex,
          describe());
    }
  }

  private record Update(Parameter p, Parameter q, boolean complex, String describe)
      implements WeightUpdate {

    @Override
    public NDArray apply(Tape tape, NDArray frozen) {
      return tape.plain(
          all -> all.get(0).add(product(all.get(1), all.get(2))),
          frozen,
          p.getArray(),
          q.getArray());
    }

    private NDArray product(NDArray left, NDArray right) {
      if (!complex) {
        return left.matMul(right);
      }
      NDArray leftRe = part(left, 0);
      NDArray leftIm = part(left, 1);
      NDArray rightRe = part(right, 0);
      NDArray rightIm = part(right, 1);
      NDArray re = leftRe.matMul(rightRe).sub(leftIm.matMul(rightIm));
      NDArray im = leftRe.matMul(rightIm).add(leftIm.matMul(rightRe));
      return NDArrays.stack(new NDList(re, im), 2);
    }

    private static NDArray part(NDArray complexMatrix, int part) {
      return complexMatrix.get(new NDIndex("..., " + part));
    }

    @Override
    public List<Parameter> parameters() {
      return List.of(p, q);
    }
  }
}
