package dev.adder.data;

/**
 * Blocks of number sequences, of which the i-th is a pure function of i, so that a run can be
 * repeated.
 */
@FunctionalInterface
public interface SequenceSource {

  /** The i-th block, from 0. */
  SequenceBatch get(long i);
}
