package dev.adder.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The virtual environment the peers are installed in, made once and used again. */
final class PeerEnvironment {

  private static final String LLAMA_REQUIREMENT = "llama-cpp-python==0.3.36";

  private final Path folder;
  private final VirtualEnvironment environment;
  private final Path sources;

  /**
   * @param folder of the environment, such as .adder/benchmarks/venv
   * @param sources the module's folder with requirements.txt and peers/worker.py
   */
  PeerEnvironment(Path folder, Path sources) {
    this.folder = folder;
    environment = new VirtualEnvironment(folder);
    this.sources = sources;
  }

  /** A worker's command, without the task. */
  List<String> command() {
    return List.of(environment.python().toString(), sources.resolve("peers/worker.py").toString());
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
      install(log, "-r", sources.resolve("requirements.txt").toString());
      Files.writeString(mark(), wanted);
    }
    if (withLlama && !hasLlama()) {
      System.err.println("Building llama.cpp (once; several minutes) …");
      install(log, LLAMA_REQUIREMENT);
    }
  }

  private void install(Path log, String... what) throws IOException {
    environment.install(
        log,
        "The peers could not be installed; that needs a network, 6 GB of disk and, for llama.cpp, a C++ compiler.",
        what);
  }

  /** The versions that are installed, one "name==version" each. */
  List<String> versions() throws IOException {
    return environment.installed().stream()
        .filter(
            line ->
                line.matches("(torch|transformers|mambapy|peft|numpy|gguf|llama_cpp_python)==.*"))
        .toList();
  }
}
