package dev.adder.training;

/** A run was interrupted; it ended between two steps, and its log up to there is whole. */
public final class TrainingInterruptedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient TrainingLog log;

  TrainingInterruptedException(TrainingLog log) {
    super("Training was interrupted after " + log.steps().size() + " steps.");
    this.log = log;
  }

  /** What happened until then. */
  public TrainingLog log() {
    return log;
  }
}
