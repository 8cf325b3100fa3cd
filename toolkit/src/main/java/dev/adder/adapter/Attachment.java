package dev.adder.adapter;

import dev.adder.model.WeightSlot;

/**
 * An update and the place it goes to.
 *
 * @param slot the weight or part
 * @param update what is attached there
 */
public record Attachment(WeightSlot slot, UpdateSpec update) {

  public Attachment {
    update.check(slot);
  }

  /** Number of parameters trained here. */
  public long trained() {
    return update.trained(slot);
  }

  /**
   * Floats that one pass keeps here for the way back, beside the weight's own output.
   *
   * @param rows tokens in the batch
   */
  public long kept(long rows) {
    return update.kept(slot, rows);
  }
}
