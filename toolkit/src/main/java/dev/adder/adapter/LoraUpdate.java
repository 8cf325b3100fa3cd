package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import dev.adder.model.WeightSlot;
import dev.adder.model.WeightUpdate;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.Product;
import dev.adder.tensor.Scaling;
import dev.adder.tensor.Sum;
import dev.adder.tensor.Tape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * ΔW = s·B·A on one place read as a matrix; A (r, in), B (out, r); for DoRA with the magnitude m
 * (out).
 */
final class LoraUpdate implements WeightUpdate {

  private final Lora lora;
  private final float scale;
  private final String name;
  private final Parameter a;
  private final Parameter b;
  private final Optional<Parameter> magnitude;

  LoraUpdate(WeightSlot slot, Lora lora, NDArray frozen, NDManager manager, KeyedRandom random) {
    this.lora = lora;
    scale = (float) lora.scale();
    name = slot.name();
    int rank = lora.rank();
    long out = slot.shape().get(0);
    long in = slot.size() / out;
    float[] values = new float[Math.toIntExact(rank * in)];
    Start.LINEAR.fill(values, in, random.derive("lora_A"));
    a = TrainedParameter.filled(name + ".lora_A", frozen, manager, values, new Shape(rank, in));
    b = TrainedParameter.zeros(name + ".lora_B", frozen, manager, new Shape(out, rank));
    magnitude =
        lora.decomposed()
            ? Optional.of(
                TrainedParameter.filled(
                    name + ".lora_magnitude_vector",
                    frozen,
                    manager,
                    floats(RowMagnitudes.of(frozen)),
                    new Shape(out)))
            : Optional.empty();
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  @Override
  public NDArray apply(Tape tape, NDArray frozen) {
    NDArray sum =
        tape.plain(
            w -> {
              NDArray change = Scaling.times(w.get(1).matMul(w.get(2)), scale);
              return w.get(0).add(change.reshape(w.get(0).getShape()));
            },
            frozen,
            b.getArray(),
            a.getArray());
    if (magnitude.isEmpty()) {
      return sum;
    }
    NDArray m = magnitude.get().getArray();
    double[] norms = RowMagnitudes.of(sum);
    return tape.plain(
        w -> {
          NDArray norm = RowMagnitudes.tensor(norms, w.get(0));
          return w.get(0).mul(w.get(1).div(norm).expandDims(1));
        },
        sum,
        m);
  }

  @Override
  public NDArray linear(Tape tape, NDArray x, NDArray frozen) {
    float rate = tape.isTraining() ? (float) lora.dropout() : 0;
    if (magnitude.isEmpty()) {
      return path(tape, x, frozen, rate);
    }
    NDArray m = magnitude.get().getArray();
    double[] norms = RowMagnitudes.of(frozen, b.getArray(), a.getArray(), scale);
    RowScale scaled = new RowScale(norms);
    if (rate == 0) {
      return tape.apply(scaled, path(tape, x, frozen, 0), m).get(0);
    }
    // x·Wᵀ + (m/‖W'‖ − 1)∘(x̃·Wᵀ) + m/‖W'‖ ∘ s(x̃·Aᵀ)·Bᵀ, as PEFT has it: dropout spares x·Wᵀ once.
    Dropout dropout = new Dropout(rate, tape.random().derive(name));
    NDList parts = tape.apply(new DropoutSplit(dropout), x);
    NDArray adapted = tape.apply(scaled, path(tape, parts.get(0), frozen, 0), m).get(0);
    NDArray rest = tape.apply(new Product(), parts.get(1), frozen).get(0);
    return tape.apply(new Sum(), adapted, rest).get(0);
  }

  /** x·Wᵀ + s(x̃·Aᵀ)·Bᵀ. */
  private NDArray path(Tape tape, NDArray x, NDArray frozen, float rate) {
    LowRankLinear linear = new LowRankLinear(scale, rate, tape.random().derive(name));
    return tape.apply(linear, x, frozen, a.getArray(), b.getArray()).get(0);
  }

  @Override
  public double rateFactor(Parameter parameter) {
    return parameter == b ? lora.rateRatio() : 1;
  }

  @Override
  public List<Parameter> parameters() {
    List<Parameter> parameters = new ArrayList<>(List.of(a, b));
    magnitude.ifPresent(parameters::add);
    return parameters;
  }

  @Override
  public String describe() {
    return new Lora.LowRank(lora).describe();
  }
}
