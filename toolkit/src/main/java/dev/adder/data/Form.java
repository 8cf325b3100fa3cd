package dev.adder.data;

/**
 * Which form of a task is posed. The released code does a few odd things; {@link #RELEASED} does
 * them too, so that scores are comparable with the paper's, {@link #CORRECTED} does not.
 */
public enum Form {
  RELEASED,
  CORRECTED
}
