package dev.adder.adapter;

import dev.adder.model.WeightSlot;
import dev.adder.model.WeightSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What an adaptation trains, tensor by tensor, known before the first step.
 *
 * @param method the method in words, such as "LoRA r=8 on in_proj"
 * @param rows every weight of the model, adapted or not, in the model's order, and behind them what
 *     the method puts into places that the model leaves open
 */
public record TargetReport(String method, List<Row> rows) {

  /**
   * One weight of the model, or one named part of it.
   *
   * @param tensor name as in the checkpoint, with the part behind a dot, such as {@code
   *     backbone.layers.0.mixer.in_proj.weight} or {@code …in_proj.weight.x}
   * @param shape of the frozen tensor or part
   * @param update how it changes, such as "LoRA r=8"; empty if it is frozen
   * @param trained parameters that training moves here
   * @param frozen elements of the frozen tensor that stay as they are
   * @param gradient 2-norm of the probe's gradient on the trained parameters; empty where nothing
   *     is trained or no probe was made
   */
  public record Row(
      String tensor,
      List<Long> shape,
      String update,
      long trained,
      long frozen,
      OptionalDouble gradient) {
    public Row {
      shape = List.copyOf(shape);
    }
  }

  public TargetReport {
    rows = List.copyOf(rows);
  }

  /** What a method would train on a model of these weights. */
  public static TargetReport of(PeftMethod method, List<WeightSpec> weights) {
    return of(method, weights, method.attachments(weights, List.of()), Map.of());
  }

  /**
   * The same for an adapted model whose gradients a probe has left on the leaves.
   *
   * @throws DeadTargetException if a target has no gradient
   */
  public static TargetReport proven(
      PeftMethod method, List<WeightSpec> weights, AdaptedModel<?> adapted) {
    return of(method, weights, method.attachments(weights, List.of()), adapted.gradients());
  }

  private static TargetReport of(
      PeftMethod method,
      List<WeightSpec> weights,
      List<Attachment> attachments,
      Map<WeightSlot, Double> gradients) {
    Map<WeightSlot, Attachment> bySlot = new LinkedHashMap<>();
    attachments.forEach(attachment -> bySlot.put(attachment.slot(), attachment));
    List<Row> rows = new ArrayList<>();
    for (WeightSpec weight : weights) {
      boolean byPart =
          weight.parts().stream().anyMatch(p -> bySlot.containsKey(weight.part(p.name())));
      List<WeightSlot> slots =
          byPart
              ? weight.parts().stream().map(p -> weight.part(p.name())).toList()
              : List.of(weight.whole());
      slots.forEach(slot -> rows.add(row(slot, bySlot.get(slot), gradients.get(slot))));
    }
    attachments.stream()
        .map(Attachment::slot)
        .filter(slot -> slot.weight().isOpen())
        .forEach(slot -> rows.add(row(slot, bySlot.get(slot), gradients.get(slot))));
    return new TargetReport(method.describe(), rows);
  }

  private static Row row(
      WeightSlot slot, @Nullable Attachment attachment, @Nullable Double gradient) {
    return new Row(
        slot.name(),
        slot.shape(),
        attachment == null ? "" : attachment.update().describe(),
        attachment == null ? 0 : attachment.trained(),
        attachment == null ? slot.size() : attachment.update().frozen(slot),
        gradient == null ? OptionalDouble.empty() : OptionalDouble.of(gradient));
  }

  /** Elements that stay as they are. */
  public long frozen() {
    return rows.stream().mapToLong(Row::frozen).sum();
  }

  /** Parameters that training moves. */
  public long trained() {
    return rows.stream().mapToLong(Row::trained).sum();
  }
}
