package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.adder.model.StateSpaceModel;
import dev.adder.model.Weight;
import dev.adder.model.WeightSlot;
import dev.adder.model.WeightUpdate;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.TensorOwners;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model with updates attached, over the frozen tensors of another, which it leaves untouched.
 * Closing it frees the updates, not the frozen tensors.
 *
 * @param <M> the kind of model
 */
public final class AdaptedModel<M extends StateSpaceModel<M>> implements AutoCloseable {

  private final M model;
  private final List<Attachment> attachments;
  private final NDManager manager;

  private AdaptedModel(M model, List<Attachment> attachments, NDManager manager) {
    this.model = model;
    this.attachments = List.copyOf(attachments);
    this.manager = manager;
  }

  /**
   * Attaches updates to a second model over the same frozen tensors.
   *
   * @param random where initial values come from; each place derives its own by name
   */
  public static <M extends StateSpaceModel<M>> AdaptedModel<M> attach(
      M base, List<Attachment> attachments, NDManager parent, KeyedRandom random) {
    M model = base.bare();
    NDManager manager = TensorOwners.create(parent);
    for (Attachment attachment : attachments) {
      WeightSlot slot = attachment.slot();
      if (slot.weight().isOpen()) {
        model.open(slot.weight(), manager);
      }
      NDArray frozen = model.weight(slot.weight().name()).frozen(slot);
      model.attach(
          slot, attachment.update().create(slot, frozen, manager, random.derive(slot.name())));
    }
    return new AdaptedModel<>(model, attachments, manager);
  }

  /** The model with its updates. */
  public M model() {
    return model;
  }

  /**
   * The 2-norm of the present gradient at every adapted place; the gradients are cleared, so that
   * training begins without them.
   *
   * @throws DeadTargetException if a place has none: training would not move it
   */
  Map<WeightSlot, Double> gradients() {
    Map<WeightSlot, Double> norms = new LinkedHashMap<>();
    for (Weight weight : model.weights()) {
      for (WeightSlot slot : weight.adapted()) {
        norms.put(slot, norm(weight.update(slot).orElseThrow()));
      }
    }
    List<String> dead =
        attachments.stream()
            .filter(one -> norms.get(one.slot()) == 0 && !isAwakened(one, norms))
            .map(one -> one.slot().name())
            .toList();
    if (!dead.isEmpty()) {
      throw new DeadTargetException(dead);
    }
    return norms;
  }

  /** Whether it waits for another update of its block that has a gradient. */
  private static boolean isAwakened(Attachment one, Map<WeightSlot, Double> norms) {
    return one.update() instanceof Awakened awakened
        && norms.entrySet().stream()
            .filter(entry -> entry.getKey().target().equals(awakened.by()))
            .filter(entry -> entry.getKey().weight().layer() == one.slot().weight().layer())
            .anyMatch(entry -> entry.getValue() > 0);
  }

  private static double norm(WeightUpdate update) {
    double sum = 0;
    for (Parameter parameter : update.parameters()) {
      NDArray gradient = JniUtils.getGradient((PtNDArray) parameter.getArray());
      if (gradient != null) {
        for (float g : gradient.toFloatArray()) {
          sum += (double) g * g;
        }
        gradient.close();
        JniUtils.zeroGrad((PtNDArray) parameter.getArray());
      }
    }
    return Math.sqrt(sum);
  }

  @Override
  public void close() {
    manager.close();
  }
}
