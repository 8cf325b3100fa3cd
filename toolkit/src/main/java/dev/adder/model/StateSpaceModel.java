package dev.adder.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model made of named weights, whatever its blocks compute: what fine-tuning methods and training
 * need to know of it.
 *
 * @param <M> the model itself
 */
public abstract class StateSpaceModel<M extends StateSpaceModel<M>> extends AbstractBlock {

  private static final byte VERSION = 1;

  private final Map<String, Weight> weights = new LinkedHashMap<>();

  /** Where an open place is: its block, -1 outside of the blocks, and the word for it. */
  private record Place(int layer, String target) {}

  /** The open places that methods have filled; most models have none. */
  private final Map<Place, Weight> opened = new HashMap<>();

  /**
   * @param specs what the model is made of, in its order
   * @param tensors frozen values by name, of the specs' shapes
   */
  StateSpaceModel(List<WeightSpec> specs, Map<String, NDArray> tensors) {
    super(VERSION);
    for (WeightSpec spec : specs) {
      NDArray tensor = tensors.get(spec.name());
      if (tensor == null) {
        throw new IllegalArgumentException(
            "The model lacks the tensor %s of shape %s. Load a complete checkpoint."
                .formatted(spec.name(), spec.shape()));
      }
      requireShape(spec, tensor);
      add(new Weight(spec, tensor));
    }
  }

  /** Over the same frozen tensors as another, without its updates. */
  StateSpaceModel(M original) {
    super(VERSION);
    original.weights().stream()
        .filter(weight -> !weight.spec().isOpen())
        .forEach(weight -> add(weight.bare()));
  }

  private void add(Weight weight) {
    weights.put(weight.spec().name(), weight);
    Parameter parameter =
        Parameter.builder()
            .setName(weight.spec().name())
            .setType(Parameter.Type.OTHER)
            .optRequiresGrad(false)
            .build();
    parameter.setArray(weight.frozen());
    addParameter(parameter);
  }

  private static void requireShape(WeightSpec spec, NDArray tensor) {
    List<Long> given = java.util.Arrays.stream(tensor.getShape().getShape()).boxed().toList();
    if (!given.equals(spec.shape())) {
      throw new IllegalArgumentException(
          "%s has shape %s, but the configuration asks for %s. Use weights and configuration of one model."
              .formatted(spec.name(), given, spec.shape()));
    }
  }

  /** A second model over the same frozen tensors, without updates. */
  public abstract M bare();

  /** The weights in the model's order. */
  public final List<Weight> weights() {
    return List.copyOf(weights.values());
  }

  /** What the weights are, without their values. */
  public final List<WeightSpec> specs() {
    return weights.values().stream().map(Weight::spec).toList();
  }

  /** A weight by its name in the checkpoint. */
  public final Weight weight(String name) {
    Weight weight = weights.get(name);
    if (weight == null) {
      throw new IllegalArgumentException(
          "The model has no weight \"" + name + "\". It has: " + weights.keySet());
    }
    return weight;
  }

  /** The weights of one block by target. */
  final Map<String, Weight> block(int layer) {
    Map<String, Weight> byTarget = new LinkedHashMap<>();
    for (Weight weight : weights.values()) {
      if (weight.spec().layer() == layer) {
        byTarget.put(weight.spec().target(), weight);
      }
    }
    return byTarget;
  }

  /**
   * Opens a place that the pretrained model leaves empty, unless it is open already.
   *
   * @param place of kind {@code OPEN}
   * @param manager owner of what stands there before training
   */
  public final Weight open(WeightSpec place, NDManager manager) {
    Weight present = weights.get(place.name());
    if (present != null) {
      requireShape(place, present.frozen());
      return present;
    }
    NDArray value = empty(place, manager);
    NDScope.unregister(value);
    return open(place, value);
  }

  /**
   * Puts a fixed tensor into an open place.
   *
   * @param place of kind {@code OPEN}
   * @param value of its shape, in the model's type
   */
  public final Weight open(WeightSpec place, NDArray value) {
    Weight filled = new Weight(place.shaped(value.getShape()), value);
    weights.put(place.name(), filled);
    opened.merge(
        new Place(place.layer(), place.target()),
        filled,
        (present, given) -> present.spec().name().equals(given.spec().name()) ? given : present);
    return filled;
  }

  /**
   * What stands at an open place before training.
   *
   * @throws IllegalArgumentException if this kind of model has no such place
   */
  NDArray empty(WeightSpec place, NDManager manager) {
    throw new IllegalArgumentException(
        "This model has no place \"%s\" of shape %s. Choose another method."
            .formatted(place.target(), place.shape()));
  }

  /** An open place of a block that a method has filled. */
  final Optional<Weight> opened(int layer, String target) {
    return Optional.ofNullable(opened.get(new Place(layer, target)));
  }

  /** The places that a method has opened. */
  public final List<WeightSpec> opened() {
    return opened.isEmpty() ? List.of() : specs().stream().filter(WeightSpec::isOpen).toList();
  }

  /** Owner of the frozen tensors; a pass opens its own manager below. */
  public final NDManager manager() {
    return weights.values().iterator().next().frozen().getManager();
  }

  /** Changes a weight, or a part of it, by an update from now on. */
  public final void attach(WeightSlot slot, WeightUpdate update) {
    weight(slot.weight().name()).attach(slot, update);
    update.parameters().forEach(this::addParameter);
  }

  /** Parameters of the updates, in the order of the weights. */
  public final List<Parameter> trained() {
    List<Parameter> trained = new ArrayList<>();
    for (Weight weight : weights.values()) {
      for (WeightSlot slot : weight.adapted()) {
        trained.addAll(weight.update(slot).orElseThrow().parameters());
      }
    }
    return trained;
  }

  /** What the learning rate is multiplied by, for each of {@link #trained} in its order. */
  public final List<Double> rateFactors() {
    List<Double> factors = new ArrayList<>();
    for (Weight weight : weights.values()) {
      for (WeightSlot slot : weight.adapted()) {
        WeightUpdate update = weight.update(slot).orElseThrow();
        update.parameters().forEach(parameter -> factors.add(update.rateFactor(parameter)));
      }
    }
    return factors;
  }
}
