package dev.adder.kernel;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What came of running a notebook.
 *
 * @param output the executed notebook, also after a failure
 * @param cells code cells executed
 * @param seconds wall time, the kernel's start included
 * @param peakMemory largest resident size of the kernel process in bytes, where known
 * @param failure the cell that failed or was interrupted; empty if all went well
 */
public record NotebookRun(
    Path output,
    int cells,
    double seconds,
    Optional<Long> peakMemory,
    Optional<FailedCell> failure) {}
