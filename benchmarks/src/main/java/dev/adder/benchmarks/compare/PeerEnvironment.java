package dev.adder.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The virtual environment the peers are installed in, made once and used again. */
final class PeerEnvironment {

  private static final String LLAMA_REQUIREMENT = "llama-cpp-python==0.3.36";

  private final Path folder;
  private final Path sources;

  /**
   * @param folder of the environment, such as .adder/benchmarks/venv
   * @param sources the module's folder with requirements.txt and peers/worker.py
   */
  PeerEnvironment(Path folder, Path sources) {
    this.folder = folder;
    this.sources = sources;
  }

  /** A worker's command, without the task. */
  List<String> command() {
    return List.of(python().toString(), sources.resolve("peers/worker.py").toString());
  }

  private Path python() {
    return folder.resolve("bin/python");
  }

  private Path mark() {
    return folder.resolve("installed-requirements.txt");
  }

  /** Whether llama.cpp is installed. */
  boolean hasLlama() {
    try (var libraries = Files.newDirectoryStream(folder.resolve("lib"), "python*")) {
      for (Path library : libraries) {
        if (Files.isDirectory(library.resolve("site-packages/llama_cpp"))) {
          return true;
        }
      }
      return false;
    } catch (IOException noEnvironment) {
      return false;
    }
  }

  /**
   * Makes it unless it is there with these very requirements.
   *
   * @param withLlama whether to build llama.cpp as well, which takes minutes
   * @param log where pip's output goes
   */
  void prepare(boolean withLlama, Path log) throws IOException {
    String wanted = Files.readString(sources.resolve("requirements.txt"));
    if (!Files.exists(mark()) || !Files.readString(mark()).equals(wanted)) {
      System.err.println("Installing the peers in " + folder + " (once; 3 GB) …");
      run(
          log,
          "Python 3 was not found; the peers need it. Install python3 with its venv module.",
          List.of("python3", "-m", "venv", folder.toString()));
      install(log, "-r", sources.resolve("requirements.txt").toString());
      Files.writeString(mark(), wanted);
    }
    if (withLlama && !hasLlama()) {
      System.err.println("Building llama.cpp (once; several minutes) …");
      install(log, LLAMA_REQUIREMENT);
    }
  }

  private void install(Path log, String... what) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(python().toString(), "-m", "pip", "install", "--disable-pip-version-check"));
    command.addAll(List.of(what));
    run(
        log,
        "The peers could not be installed; that needs a network, 6 GB of disk and, for llama.cpp, a C++ compiler.",
        command);
  }

  static void run(Path log, String problem, List<String> command) throws IOException {
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

  /** The versions that are installed, one "name==version" each. */
  List<String> versions() throws IOException {
    Process process =
        new ProcessBuilder(
                python().toString(), "-m", "pip", "freeze", "--disable-pip-version-check")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String output = new String(process.getInputStream().readAllBytes());
    return output
        .lines()
        .filter(
            line ->
                line.matches("(torch|transformers|mambapy|peft|numpy|gguf|llama_cpp_python)==.*"))
        .toList();
  }
}
