package dev.adder.evaluation.spider;

/** A query that a database does not answer, or not within its limits. */
final class QueryFailedException extends Exception {

  private static final long serialVersionUID = 1L;

  QueryFailedException(String message) {
    super(message);
  }

  QueryFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
