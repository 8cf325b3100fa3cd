package dev.adder.data;

/**
 * Sequences of numbers as a block.
 *
 * @param batch number of sequences
 * @param length steps of each
 * @param channels numbers per step
 * @param values by sequence, step, channel
 * @param labels the class of every sequence; empty if they have none
 */
@SuppressWarnings("ArrayRecordComponent")
public record SequenceBatch(int batch, int length, int channels, float[] values, int[] labels) {

  public SequenceBatch {
    if (values.length != batch * length * channels) {
      throw new IllegalArgumentException(
          "%d values are given for %d sequences of %d steps of %d numbers."
              .formatted(values.length, batch, length, channels));
    }
    if (labels.length != 0 && labels.length != batch) {
      throw new IllegalArgumentException(
          "%d labels are given for %d sequences; give one each, or none."
              .formatted(labels.length, batch));
    }
  }

  /** Sequences without classes. */
  public SequenceBatch(int batch, int length, int channels, float[] values) {
    this(batch, length, channels, values, new int[0]);
  }
}
