package dev.adder.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Whether an installed kernel does what it should: one cell is run in it, as Jupyter would. */
public final class KernelCheck {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String CELL = "Ssm.class.getSimpleName() + \" \" + 6 * 7";
  private static final String ANSWER = "Ssm 42";

  private KernelCheck() {}

  /**
   * Starts the kernel that a kernelspec names and runs a cell in it.
   *
   * @param folder that holds {@code kernel.json}
   * @return seconds until the cell had answered
   * @throws IOException that says what went wrong
   */
  public static double run(Path folder) throws IOException {
    long start = System.nanoTime();
    Path log = Files.createTempFile("adder-kernel", ".log");
    StringBuilder shown = new StringBuilder();
    try (KernelClient client = KernelClient.start(KernelSpec.read(folder), Map.of(), folder, log)) {
      client.run(CELL, shown::append, LIMIT);
    } finally {
      Files.deleteIfExists(log);
    }
    if (!shown.toString().contains(ANSWER)) {
      throw new IOException(
          "A cell said \"%s\" where it should say \"%s\".".formatted(shown, ANSWER));
    }
    return (System.nanoTime() - start) * 1e-9;
  }
}
