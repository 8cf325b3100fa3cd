package dev.adder.evaluation.spider;

/** A query that the official evaluation cannot read. */
final class UnreadableQueryException extends Exception {

  private static final long serialVersionUID = 1L;

  UnreadableQueryException(String message) {
    super(message);
  }
}
