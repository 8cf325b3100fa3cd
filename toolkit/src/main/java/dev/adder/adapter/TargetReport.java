package dev.adder.adapter;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What an adaptation trains, tensor by tensor, known before the first step.
 *
 * @param method the method in words, such as "LoRA r=8 on in_proj"
 * @param rows every weight of the model, adapted or not, in the model's order
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

  /** Parameters that training moves. */
  public long trained() {
    return rows.stream().mapToLong(Row::trained).sum();
  }
}
