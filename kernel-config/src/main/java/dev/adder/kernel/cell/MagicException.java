package dev.adder.kernel.cell;

/** A magic that cannot do what it was asked; the message says why and what to do. */
final class MagicException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  MagicException(String message) {
    super(message);
  }
}
