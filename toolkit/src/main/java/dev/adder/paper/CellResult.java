package dev.adder.paper;

/**
 * What came out of one cell of a table: one method, task, learning rate and seed.
 *
 * <p>Everything but {@code run} is a pure function of the settings on one kind of machine; the same
 * cell computed twice agrees to the bit.
 *
 * @param experiment such as "sdlora-vs-lora"
 * @param row id of the method's row
 * @param method in words
 * @param task such as "quick-rte"
 * @param scale QUICK or FULL
 * @param learningRate of the first step
 * @param seed of data order, initial values and dropout
 * @param trainedParameters that training moved
 * @param totalParameters of the model with its updates
 * @param steps optimizer steps of the main phase
 * @param finalLoss mean training loss over the last tenth of the steps, in nats
 * @param validation score on the validation split, by the released convention
 * @param test score on the test split, by the released convention
 * @param testStrict score on the test split with answers outside the classes counted as wrong
 * @param outOfClass such answers on the test split
 * @param model SHA-256 of the pretrained weights
 * @param data SHA-256 of the task's examples
 * @param run when and where it was computed
 */
public record CellResult(
    String experiment,
    String row,
    String method,
    String task,
    String scale,
    double learningRate,
    long seed,
    long trainedParameters,
    long totalParameters,
    int steps,
    double finalLoss,
    double validation,
    double test,
    double testStrict,
    int outOfClass,
    String model,
    String data,
    Run run) {

  /**
   * When and where a cell was computed; differs from run to run.
   *
   * @param date in UTC
   * @param seconds wall time of training and scoring
   * @param java version of the JVM
   * @param engine version of libtorch
   * @param device such as cpu
   * @param adder version of the toolkit
   * @param commit of the checkout, where known
   * @param peakMemoryMegabytes largest resident size of the process so far, in which other cells
   *     may have run at the same time; 0 where the system does not tell
   */
  public record Run(
      String date,
      double seconds,
      String java,
      String engine,
      String device,
      String adder,
      String commit,
      long peakMemoryMegabytes) {}

  /** The same cell without when and where, to be compared bit for bit. */
  CellResult withoutRun() {
    return new CellResult(
        experiment,
        row,
        method,
        task,
        scale,
        learningRate,
        seed,
        trainedParameters,
        totalParameters,
        steps,
        finalLoss,
        validation,
        test,
        testStrict,
        outOfClass,
        model,
        data,
        new Run("", 0, "", "", "", "", "", 0));
  }
}
