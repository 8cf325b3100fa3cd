package dev.adder.model;

import java.util.ArrayList;
import java.util.List;

/**
 * A place for an update: a weight, or one named part of it.
 *
 * @param weight the weight
 * @param part name of the part; empty for the whole weight
 */
public record WeightSlot(WeightSpec weight, String part) {

  public WeightSlot {
    if (!part.isEmpty() && weight.parts().stream().noneMatch(p -> p.name().equals(part))) {
      throw new IllegalArgumentException(
          "%s has no part \"%s\". It has: %s."
              .formatted(
                  weight.target(),
                  part,
                  weight.parts().stream().map(WeightSpec.Part::name).toList()));
    }
  }

  /** First row of this place. */
  public long from() {
    return part.isEmpty() ? 0 : range().from();
  }

  /** Row behind the last of this place. */
  public long to() {
    return part.isEmpty() ? weight.shape().get(0) : range().to();
  }

  /** Shape of what is frozen here. */
  public List<Long> shape() {
    List<Long> shape = new ArrayList<>(weight.shape());
    shape.set(0, to() - from());
    return shape;
  }

  /** Number of frozen elements here. */
  public long size() {
    return shape().stream().reduce(1L, Math::multiplyExact);
  }

  /** The word users say, such as {@code in_proj} or {@code in_proj.x}. */
  public String target() {
    return part.isEmpty() ? weight.target() : weight.target() + "." + part;
  }

  /** Name as in the checkpoint, with the part behind a dot. */
  public String name() {
    return part.isEmpty() ? weight.name() : weight.name() + "." + part;
  }

  /** Whether the two places share rows. */
  public boolean overlaps(WeightSlot other) {
    return weight.name().equals(other.weight.name()) && from() < other.to() && other.from() < to();
  }

  private WeightSpec.Part range() {
    return weight.parts().stream().filter(p -> p.name().equals(part)).findFirst().orElseThrow();
  }
}
