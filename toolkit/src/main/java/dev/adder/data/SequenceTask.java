package dev.adder.data;

import java.util.List;

/**
 * A classification of sequences of numbers, for models without a vocabulary such as a deep S4.
 *
 * @param name such as "sequential-mnist"
 * @param length steps of every sequence
 * @param channels numbers per step
 * @param classes what the labels mean
 * @param train what is trained on
 * @param validation what choices are made by
 * @param test what is reported
 * @param origin where the sequences come from
 */
public record SequenceTask(
    String name,
    int length,
    int channels,
    List<String> classes,
    Sequences train,
    Sequences validation,
    Sequences test,
    Origin origin) {

  public SequenceTask {
    classes = List.copyOf(classes);
  }

  /** Training batches in the order of a seed. */
  public SequenceBatches batches(int batch, long seed) {
    return new SequenceBatches(this, batch, seed);
  }

  /** The same task under another name, its sequences from elsewhere. */
  SequenceTask as(String otherName, Origin otherOrigin) {
    return new SequenceTask(
        otherName, length, channels, classes, train, validation, test, otherOrigin);
  }

  /** Labelled sequences of one length. */
  public interface Sequences {

    int size();

    /** The values of a sequence, step by step: length × channels numbers. */
    float[] values(int index);

    /** The class of a sequence, from 0. */
    int label(int index);
  }
}
