package dev.adder.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Where Jupyter looks for kernels, by its rules for each system (jupyter_core's paths).
 *
 * @param os the system's name as Java tells it
 * @param environment its variables
 * @param home the user's home folder
 */
public record JupyterFolders(String os, Map<String, String> environment, Path home) {

  private static final long PYTHON_SECONDS = 20;

  public JupyterFolders {
    environment = Map.copyOf(environment);
  }

  /** On this machine. */
  public static JupyterFolders here() {
    return new JupyterFolders(
        System.getProperty("os.name"), System.getenv(), Path.of(System.getProperty("user.home")));
  }

  private boolean windows() {
    return os.startsWith("Windows");
  }

  private Optional<Path> variable(String name) {
    return Optional.ofNullable(environment.get(name))
        .filter(value -> !value.isBlank())
        .map(Path::of);
  }

  /** The user's own kernels, seen by every Jupyter that the user runs. */
  public Path user() {
    return variable("JUPYTER_DATA_DIR").orElseGet(this::usersData).resolve("kernels");
  }

  private Path usersData() {
    if (windows()) {
      return variable("APPDATA")
          .map(data -> data.resolve("jupyter"))
          .orElseGet(() -> home.resolve(".jupyter").resolve("data"));
    }
    if (os.startsWith("Mac")) {
      return home.resolve("Library").resolve("Jupyter");
    }
    return variable("XDG_DATA_HOME")
        .orElseGet(() -> home.resolve(".local").resolve("share"))
        .resolve("jupyter");
  }

  /**
   * The kernels of one Python environment.
   *
   * @param prefix its folder, Python's {@code sys.prefix}
   */
  public static Path prefix(Path prefix) {
    return prefix.resolve("share").resolve("jupyter").resolve("kernels");
  }

  /**
   * The kernels of the Python environment in use: the active virtual or conda environment, else
   * that of the python on the path.
   */
  public Path systemPrefix() throws IOException {
    Optional<Path> active = variable("VIRTUAL_ENV").or(() -> variable("CONDA_PREFIX"));
    if (active.isPresent()) {
      return prefix(active.get());
    }
    List<String> names = windows() ? List.of("py", "python") : List.of("python3", "python");
    for (String python : names) {
      Optional<Path> prefix = ask(python);
      if (prefix.isPresent()) {
        return prefix(prefix.get());
      }
    }
    throw new IOException(
        "There is no Python whose prefix could be asked for (tried %s). Activate its environment, or give --prefix."
            .formatted(String.join(", ", names)));
  }

  private static Optional<Path> ask(String python) throws IOException {
    Process process;
    try {
      process =
          new ProcessBuilder(python, "-c", "import sys; print(sys.prefix)")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException notThere) {
      return Optional.empty();
    }
    process.getOutputStream().close();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    try {
      if (!process.waitFor(PYTHON_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
    } catch (InterruptedException interrupt) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("The question for Python's prefix was interrupted.", interrupt);
    }
    return process.exitValue() == 0 && !said.isEmpty()
        ? Optional.of(Path.of(said))
        : Optional.empty();
  }

  /** The folders, of those this user may have installed to, that hold this kernel. */
  public List<Path> holding(String name) throws IOException {
    LinkedHashSet<Path> places = new LinkedHashSet<>();
    places.add(user());
    variable("VIRTUAL_ENV").ifPresent(prefix -> places.add(prefix(prefix)));
    variable("CONDA_PREFIX").ifPresent(prefix -> places.add(prefix(prefix)));
    if (windows()) {
      variable("PROGRAMDATA").ifPresent(d -> places.add(d.resolve("jupyter").resolve("kernels")));
    } else {
      places.add(prefix(Path.of("/usr/local")));
      places.add(prefix(Path.of("/usr")));
    }
    List<Path> found = new ArrayList<>();
    for (Path place : places) {
      if (Files.isDirectory(place.resolve(name)) && KernelSpec.isOurs(place.resolve(name))) {
        found.add(place.resolve(name));
      }
    }
    return found;
  }
}
