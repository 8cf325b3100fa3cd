package dev.adder.data;

import dev.adder.data.SequenceTask.Sequences;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The training sequences of a task in endless batches: every epoch in a new order, the incomplete
 * last batch dropped.
 *
 * @param task whose sequences they are
 * @param batch sequences per batch
 * @param seed of the orders
 */
public record SequenceBatches(SequenceTask task, int batch, long seed) implements SequenceSource {

  public SequenceBatches {
    if (batch < 1 || batch > task.train().size()) {
      throw new IllegalArgumentException(
          "There are %d sequences for batches of %d; use a batch size from 1 to %d."
              .formatted(task.train().size(), batch, task.train().size()));
    }
  }

  /** Batches per epoch. */
  public int perEpoch() {
    return task.train().size() / batch;
  }

  @Override
  public SequenceBatch get(long i) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, task.train().size()).boxed().toList());
    Collections.shuffle(order, SeededRandom.of(seed, i / perEpoch()));
    int from = Math.toIntExact(i % perEpoch()) * batch;
    return of(task, task.train(), order.subList(from, from + batch));
  }

  /** All sequences in their own order, the last batch as large as what is left. */
  public static List<SequenceBatch> inOrder(SequenceTask task, Sequences sequences, int batch) {
    List<SequenceBatch> batches = new ArrayList<>();
    for (int from = 0; from < sequences.size(); from += batch) {
      int to = Math.min(from + batch, sequences.size());
      batches.add(of(task, sequences, IntStream.range(from, to).boxed().toList()));
    }
    return batches;
  }

  private static SequenceBatch of(SequenceTask task, Sequences sequences, List<Integer> which) {
    int size = task.length() * task.channels();
    float[] values = new float[Math.multiplyExact(which.size(), size)];
    int[] labels = new int[which.size()];
    for (int i = 0; i < labels.length; i++) {
      System.arraycopy(sequences.values(which.get(i)), 0, values, i * size, size);
      labels[i] = sequences.label(which.get(i));
    }
    return new SequenceBatch(labels.length, task.length(), task.channels(), values, labels);
  }
}
