package dev.adder.training;

/** A run was interrupted; it ended between two steps, and its log up to there is whole. */
public final class TrainingInterruptedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient TrainingLog log;

  TrainingInterruptedException(TrainingLog log) {
    this("", log);
  }

  private TrainingInterruptedException(String remedy, TrainingLog log) {
    super(
        "Training was interrupted after step %d of phase \"%s\".%s"
            .formatted(log.steps().size(), log.phase(), remedy));
    this.log = log;
  }

  /** The same, of a run whose state is kept. */
  public TrainingInterruptedException thatGoesOn() {
    TrainingInterruptedException kept =
        new TrainingInterruptedException(" Run it again as it is, and it goes on there.", log);
    kept.setStackTrace(getStackTrace());
    return kept;
  }

  /** What happened until then. */
  public TrainingLog log() {
    return log;
  }
}
