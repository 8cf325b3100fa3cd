package dev.adder.tensor.cuda;

/** What runs kernels: the driver, or in tests threads emulated on the CPU. */
interface Launcher {

  /** How many multiprocessors there are to fill. */
  int multiprocessors();

  /**
   * Runs one kernel in blocks of {@link CudaDevice#THREADS} threads, behind all that came before.
   *
   * @param kernel one of the set's, as it is named there
   * @param structure its only argument
   */
  void launch(KernelSet kernels, String kernel, int x, int y, int z, byte[] structure);

  /** Waits until all that was launched is done. */
  void synchronize();
}
