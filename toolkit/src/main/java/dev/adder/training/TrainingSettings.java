package dev.adder.training;

/**
 * How a training run goes; the defaults are the paper's (released code).
 *
 * @param epochs passes over the training examples
 * @param batchSize examples per optimizer step and micro-batch
 * @param accumulation micro-batches per optimizer step
 * @param learningRate rate of the first step
 * @param weightDecay of AdamW, decoupled
 * @param clipNorm largest global 2-norm of the gradient; a larger one is scaled down
 * @param seed feeds data order, initial values and dropout
 * @param schedule how the rate goes on
 * @param checkpointing whether a block's intermediate values are computed anew on the way back
 *     instead of being kept: a third of the memory or less, up to twice the time
 */
public record TrainingSettings(
    int epochs,
    int batchSize,
    int accumulation,
    double learningRate,
    double weightDecay,
    double clipNorm,
    long seed,
    boolean checkpointing,
    Schedule schedule) {

  /** How the learning rate goes on after the first step. */
  public enum Schedule {
    /** It falls linearly to 0 over the run. */
    LINEAR {
      @Override
      double rate(double first, int step, int steps) {
        return first * (steps - step + 1) / steps;
      }
    },
    /** It stays. */
    CONSTANT {
      @Override
      double rate(double first, int step, int steps) {
        return first;
      }
    };

    /** The rate of a step, counted from 1. */
    abstract double rate(double first, int step, int steps);
  }

  /** A largest norm that no gradient reaches. */
  public static final double NO_CLIPPING = Double.MAX_VALUE;

  /** 10 epochs, batches of 4, rate 5e-4, no weight decay, norm clipped at 1, seed 42. */
  public static final TrainingSettings PAPER =
      new TrainingSettings(10, 4, 1, 5e-4, 0, 1, 42, false, Schedule.LINEAR);

  /**
   * As in the released S4 scripts: batches as they come, rate 0.005 throughout, weight decay 0.01,
   * no clipping.
   */
  public static final TrainingSettings S4 =
      new TrainingSettings(1, 1, 1, 0.005, 0.01, NO_CLIPPING, 123, false, Schedule.CONSTANT);

  public TrainingSettings {
    positive("epochs", epochs, "10");
    positive("batchSize", batchSize, "4");
    positive("accumulation", accumulation, "1");
    positive("learningRate", learningRate, "1e-3");
    positive("clipNorm", clipNorm, "1.0");
    if (!(weightDecay >= 0 && Double.isFinite(weightDecay))) {
      throw new IllegalArgumentException(
          "weightDecay is " + weightDecay + "; it must be 0 or a positive number.");
    }
  }

  private static void positive(String what, double value, String usual) {
    if (!(value > 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          "%s is %s; it must be positive, usually %s.".formatted(what, value, usual));
    }
  }

  public TrainingSettings epochs(int value) {
    return new TrainingSettings(
        value,
        batchSize,
        accumulation,
        learningRate,
        weightDecay,
        clipNorm,
        seed,
        checkpointing,
        schedule);
  }

  public TrainingSettings batchSize(int value) {
    return new TrainingSettings(
        epochs,
        value,
        accumulation,
        learningRate,
        weightDecay,
        clipNorm,
        seed,
        checkpointing,
        schedule);
  }

  public TrainingSettings accumulation(int value) {
    return new TrainingSettings(
        epochs,
        batchSize,
        value,
        learningRate,
        weightDecay,
        clipNorm,
        seed,
        checkpointing,
        schedule);
  }

  public TrainingSettings learningRate(double value) {
    return new TrainingSettings(
        epochs,
        batchSize,
        accumulation,
        value,
        weightDecay,
        clipNorm,
        seed,
        checkpointing,
        schedule);
  }

  public TrainingSettings weightDecay(double value) {
    return new TrainingSettings(
        epochs,
        batchSize,
        accumulation,
        learningRate,
        value,
        clipNorm,
        seed,
        checkpointing,
        schedule);
  }

  public TrainingSettings clipNorm(double value) {
    return new TrainingSettings(
        epochs,
        batchSize,
        accumulation,
        learningRate,
        weightDecay,
        value,
        seed,
        checkpointing,
        schedule);
  }

  public TrainingSettings seed(long value) {
    return new TrainingSettings(
        epochs,
        batchSize,
        accumulation,
        learningRate,
        weightDecay,
        clipNorm,
        value,
        checkpointing,
        schedule);
  }

  public TrainingSettings checkpointing(boolean value) {
    return new TrainingSettings(
        epochs,
        batchSize,
        accumulation,
        learningRate,
        weightDecay,
        clipNorm,
        seed,
        value,
        schedule);
  }

  public TrainingSettings schedule(Schedule value) {
    return new TrainingSettings(
        epochs,
        batchSize,
        accumulation,
        learningRate,
        weightDecay,
        clipNorm,
        seed,
        checkpointing,
        value);
  }

  /** Optimizer steps of a run on this many examples: epochs · ⌈n / (batch · accumulation)⌉. */
  public int steps(int examples) {
    int perStep = batchSize * accumulation;
    return Math.multiplyExact(epochs, (examples + perStep - 1) / perStep);
  }
}
