package dev.adder.benchmarks.work;

/** Makes text token by token; the one place where decoding is chosen. */
interface Decoder extends AutoCloseable {

  /** Reads a token and returns the logits of the next; valid until the next call. */
  float[] next(int token);

  @Override
  void close();
}
