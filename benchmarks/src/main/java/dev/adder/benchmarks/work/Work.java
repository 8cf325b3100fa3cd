package dev.adder.benchmarks.work;

import java.io.IOException;

/** A piece of work that is prepared and can be run again and again. */
public interface Work extends AutoCloseable {

  /**
   * Runs it once.
   *
   * @return a figure that every implementation must agree on in its first run, such as the loss
   */
  double run();

  /** Number of trained parameters; 0 where nothing is trained. */
  default long trained() {
    return 0;
  }

  @Override
  void close();

  /** Prepares a task. */
  static Work open(Task task) throws IOException {
    return switch (task.kind()) {
      case "train" -> TrainingWork.open(task);
      case "prefill" -> PrefillWork.open(task);
      case "decode" -> DecodingWork.open(task);
      case "scan" -> new ScanWork(new ScanCall(task.batch(), task.length()), task.variant());
      default ->
          throw new IllegalArgumentException(
              "There is no work of kind \"%s\". There are: train, prefill, decode, scan."
                  .formatted(task.kind()));
    };
  }
}
