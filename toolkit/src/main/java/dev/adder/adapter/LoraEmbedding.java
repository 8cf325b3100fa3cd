package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import dev.adder.model.WeightSlot;
import dev.adder.model.WeightUpdate;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.Product;
import dev.adder.tensor.RowLookup;
import dev.adder.tensor.Scaling;
import dev.adder.tensor.Sum;
import dev.adder.tensor.Tape;
import java.util.List;

/**
 * ΔW = s·A·Bᵀ on an embedding W (vocabulary, width): A (vocabulary, r) starts at zero, B (width, r)
 * normal. Only looked-up rows are computed; a tied output head keeps W.
 */
final class LoraEmbedding implements WeightUpdate {

  private final Lora lora;
  private final float scale;
  private final Parameter a;
  private final Parameter b;

  LoraEmbedding(WeightSlot slot, Lora lora, NDArray frozen, NDManager manager, KeyedRandom random) {
    this.lora = lora;
    scale = (float) lora.scale();
    long vocabulary = slot.shape().get(0);
    long width = slot.shape().get(1);
    int rank = lora.rank();
    float[] values = new float[Math.toIntExact(width * rank)];
    random.derive("lora_B").fillNormal(values, 1);
    a =
        TrainedParameter.zeros(
            slot.name() + ".lora_embedding_A", frozen, manager, new Shape(vocabulary, rank));
    b =
        TrainedParameter.filled(
            slot.name() + ".lora_embedding_B", frozen, manager, values, new Shape(width, rank));
  }

  @Override
  public NDArray apply(Tape tape, NDArray frozen) {
    NDArray change = tape.apply(new Product(), a.getArray(), b.getArray()).get(0);
    return tape.apply(new Sum(), frozen, tape.apply(new Scaling(scale), change).get(0)).get(0);
  }

  @Override
  public NDArray rows(Tape tape, RowLookup lookup, NDArray frozen) {
    NDArray base = tape.apply(lookup, frozen).get(0);
    NDArray low = tape.apply(lookup, a.getArray()).get(0);
    NDArray change = tape.apply(new Product(), low, b.getArray()).get(0);
    return tape.apply(new Sum(), base, tape.apply(new Scaling(scale), change).get(0)).get(0);
  }

  @Override
  public boolean sparesTiedHead() {
    return true;
  }

  @Override
  public double rateFactor(Parameter parameter) {
    return parameter == b ? lora.rateRatio() : 1;
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(a, b);
  }

  @Override
  public String describe() {
    return new Lora.LowRank(lora).describe();
  }
}
