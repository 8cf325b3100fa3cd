package dev.adder.data;

/**
 * A sequence of batches in which the i-th is a pure function of i, so that a run can be repeated.
 */
@FunctionalInterface
public interface BatchSource {

  /** The i-th batch, from 0. */
  TokenBatch get(long i);
}
