package dev.adder.benchmarks.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A virtual environment of Python, made when something is first installed in it.
 *
 * @param folder of the environment, such as .adder/benchmarks/venv
 */
record VirtualEnvironment(Path folder) {

  /** Its interpreter. */
  Path python() {
    return folder.resolve("bin/python");
  }

  /**
   * Installs packages.
   *
   * @param log where pip's output goes, at its end
   * @param problem what is said if it fails, and why that may be
   * @param packages as pip takes them
   * @throws IOException if there is no Python, or pip fails
   */
  void install(Path log, String problem, String... packages) throws IOException {
    if (!Files.exists(python())) {
      run(
          log,
          "Python 3 was not found, which this needs. Install python3 with its venv module.",
          List.of("python3", "-m", "venv", folder.toString()));
    }
    List<String> command = new ArrayList<>(pip("install"));
    command.addAll(List.of(packages));
    run(log, problem, command);
  }

  /** What is installed, one "name==version" each. */
  List<String> installed() throws IOException {
    Process process =
        new ProcessBuilder(pip("freeze")).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
        .lines()
        .toList();
  }

  private List<String> pip(String what) {
    return List.of(python().toString(), "-m", "pip", what, "--disable-pip-version-check");
  }

  private static void run(Path log, String problem, List<String> command) throws IOException {
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
    } catch (IOException notFound) {
      throw new IOException(problem, notFound);
    }
    try {
      if (!process.waitFor(1, TimeUnit.HOURS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException(problem + " Details: " + log);
      }
    } catch (InterruptedException interrupt) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("The installation was interrupted; call again to go on.", interrupt);
    }
  }
}
