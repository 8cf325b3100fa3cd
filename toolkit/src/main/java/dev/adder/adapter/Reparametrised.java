package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import dev.adder.model.WeightSlot;
import dev.adder.model.WeightUpdate;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.Tape;
import java.util.List;

/**
 * The tensor (rows, d) at an open place is W₂·tanh(W₁·e + b₁) + b₂ row by row, of learned e (rows,
 * width), W₁ (width, width), W₂ (d, width).
 *
 * @param width of e and of the layer between
 */
record Reparametrised(int width) implements UpdateSpec {

  @Override
  public String describe() {
    return "network of " + width;
  }

  @Override
  public long trained(WeightSlot slot) {
    long rows = slot.shape().get(0);
    long d = slot.shape().get(1);
    return (rows + width + 1) * width + d * (width + 1);
  }

  /** The value and what lies between. */
  @Override
  public long kept(WeightSlot slot, long rows) {
    return 2 * slot.size() + 3 * slot.shape().get(0) * width;
  }

  @Override
  public WeightUpdate create(
      WeightSlot slot, NDArray frozen, NDManager manager, KeyedRandom random) {
    long rows = slot.shape().get(0);
    long d = slot.shape().get(1);
    Maker maker = new Maker(slot.name(), frozen, manager, random);
    return new Update(
        List.of(
            maker.make("embedding", Start.NORMAL, new Shape(rows, width)),
            maker.make("hidden.weight", Start.LINEAR, new Shape(width, width)),
            maker.make("hidden.bias", Start.LINEAR, new Shape(width)),
            maker.make("output.weight", Start.LINEAR, new Shape(d, width)),
            maker.make("output.bias", Start.LINEAR, new Shape(d))),
        describe());
  }

  /** Makes parameters; the fan-in is the width everywhere. */
  private final class Maker {
    private final String place;
    private final NDArray beside;
    private final NDManager manager;
    private final KeyedRandom random;

    Maker(String place, NDArray beside, NDManager manager, KeyedRandom random) {
      this.place = place;
      this.beside = beside;
      this.manager = manager;
      this.random = random;
    }

    Parameter make(String name, Start start, Shape shape) {
      float[] values = new float[Math.toIntExact(shape.size())];
      start.fill(values, width, random.derive(name));
      return TrainedParameter.filled(place + "." + name, beside, manager, values, shape);
    }
  }

  private record Update(List<Parameter> parameters, String describe) implements WeightUpdate {

    @Override
    public NDArray apply(Tape tape, NDArray frozen) {
      return tape.plain(
          p ->
              p.get(0)
                  .matMul(p.get(1).transpose())
                  .add(p.get(2))
                  .tanh()
                  .matMul(p.get(3).transpose())
                  .add(p.get(4)),
          parameters.stream().map(Parameter::getArray).toArray(NDArray[]::new));
    }
  }
}
