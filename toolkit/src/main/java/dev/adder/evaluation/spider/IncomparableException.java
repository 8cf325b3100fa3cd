package dev.adder.evaluation.spider;

/** Two queries that the official evaluation fails to compare. */
final class IncomparableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  IncomparableException(String message) {
    super(message);
  }
}
