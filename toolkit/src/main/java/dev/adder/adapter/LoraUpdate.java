package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import dev.adder.model.WeightSlot;
import dev.adder.model.WeightUpdate;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Scaling;
import dev.adder.tensor.Tape;
import java.util.List;

/** ΔW = scale·B·A on one projection; A (r, in), B (out, r). */
final class LoraUpdate implements WeightUpdate {

  private final int rank;
  private final float scale;
  private final float dropout;
  private final String name;
  private final Parameter a;
  private final Parameter b;

  LoraUpdate(
      WeightSlot slot,
      int rank,
      double scale,
      double dropout,
      NDManager manager,
      KeyedRandom random) {
    this.rank = rank;
    this.scale = (float) scale;
    this.dropout = (float) dropout;
    name = slot.name();
    long out = slot.shape().get(0);
    long in = slot.shape().get(1);
    float[] values = new float[Math.toIntExact(rank * in)];
    double bound = 1 / Math.sqrt((double) in);
    random.derive("lora_A").fillUniform(values, (float) -bound, (float) bound);
    a =
        TrainedParameter.of(
            slot.name() + ".lora_A", RawTensor.create(manager, values, new Shape(rank, in)));
    b = TrainedParameter.of(slot.name() + ".lora_B", manager.zeros(new Shape(out, rank)));
  }

  @Override
  public NDArray apply(Tape tape, NDArray frozen) {
    return tape.plain(
        w -> w.get(0).add(Scaling.times(w.get(1).matMul(w.get(2)), scale)),
        frozen,
        b.getArray(),
        a.getArray());
  }

  @Override
  public NDArray linear(Tape tape, NDArray x, NDArray frozen) {
    float rate = tape.isTraining() ? dropout : 0;
    return tape.apply(
            new LowRankLinear(scale, rate, tape.random().derive(name)),
            x,
            frozen,
            a.getArray(),
            b.getArray())
        .get(0);
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(a, b);
  }

  @Override
  public String describe() {
    return "LoRA r=" + rank;
  }
}
