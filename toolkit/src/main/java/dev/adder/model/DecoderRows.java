package dev.adder.model;

import java.util.List;
import java.util.function.Function;

/** The sequences that a decoder reads at present, and their arrays side by side. */
final class DecoderRows {

  private DecoderRow[] rows = {};

  // By sequence.
  float[][] residual = {};
  float[][] normed = {};
  float[][] branch = {};
  float[][] logits = {};
  float[][] x = {};
  float[][] z = {};
  float[][] selective = {};
  float[][] y = {};

  /** From now on these. */
  void use(List<DecoderRow> present) {
    rows = present.toArray(DecoderRow[]::new);
    residual = arrays(row -> row.residual);
    normed = arrays(row -> row.normed);
    branch = arrays(row -> row.branch);
    logits = arrays(row -> row.logits);
    x = arrays(row -> row.signals.x());
    z = arrays(row -> row.signals.z());
    selective = arrays(row -> row.signals.selective());
    y = arrays(row -> row.signals.y());
  }

  private float[][] arrays(Function<DecoderRow, float[]> part) {
    float[][] arrays = new float[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      arrays[i] = part.apply(rows[i]);
    }
    return arrays;
  }

  int count() {
    return rows.length;
  }

  DecoderRow get(int i) {
    return rows[i];
  }
}
