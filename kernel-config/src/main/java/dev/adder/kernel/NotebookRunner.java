package dev.adder.kernel;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs a notebook through the real kernel, over its protocol, and writes it with its outputs. */
public final class NotebookRunner {

  private final Map<String, String> environment;
  private final Duration cellLimit;
  private final KernelSpec kernel = KernelSpec.here();
  private Map<String, String> parameters = Map.of();
  private Path directory = Path.of("").toAbsolutePath();
  private volatile boolean stopped;
  private volatile @Nullable KernelClient running;

  /**
   * @param environment of the kernel, such as {@code ADDER_FIGURES=static}
   * @param cellLimit longest time of a cell
   */
  public NotebookRunner(Map<String, String> environment, Duration cellLimit) {
    this.environment = Map.copyOf(environment);
    this.cellLimit = cellLimit;
  }

  /**
   * Gives values to the variables that the notebook declares in its cell tagged {@code parameters}.
   *
   * @param values by name; a word is understood by the declared type
   */
  public NotebookRunner parameters(Map<String, String> values) {
    parameters = new LinkedHashMap<>(values);
    return this;
  }

  /** The kernel's working directory; this process's own if not said. */
  public NotebookRunner in(Path folder) {
    directory = folder;
    return this;
  }

  /**
   * Runs a notebook from its first cell to its last, or to the first that fails.
   *
   * @param notebook in nbformat 4
   * @param output written after every cell, whatever comes of it; its folder is made if need be
   * @throws IllegalArgumentException if the notebook declares no such parameter, or of another type
   */
  public NotebookRun run(Path notebook, Path output, RunListener listener) throws IOException {
    long start = System.nanoTime();
    NotebookFile file = NotebookFile.read(notebook);
    file.parameters(parameters);
    List<ObjectNode> cells = file.codeCells();
    listener.begin(cells.size());
    Files.createDirectories(output.toAbsolutePath().getParent());
    Path log = Files.createTempFile("adder-kernel", ".log");
    Optional<FailedCell> failure = Optional.empty();
    Optional<Long> memory;
    int done = 0;
    try (KernelClient client = KernelClient.start(kernel, environment, directory, log)) {
      running = client;
      NotebookOutputs outputs = new NotebookOutputs(listener);
      while (done < cells.size() && failure.isEmpty()) {
        ObjectNode cell = cells.get(done++);
        failure =
            stopped ? interrupted(cell, done) : execute(client, cell, done, outputs, listener);
        file.write(output, kernel);
      }
      memory = client.peakMemory();
    } finally {
      running = null;
      file.write(output, kernel);
      Files.deleteIfExists(log);
    }
    return new NotebookRun(output, done, (System.nanoTime() - start) * 1e-9, memory, failure);
  }

  /** Ends the run at the next cell at the latest, from any thread; what was computed is written. */
  public void stop() {
    stopped = true;
    KernelClient client = running;
    if (client != null) {
      client.interrupt();
    }
  }

  private static Optional<FailedCell> interrupted(ObjectNode cell, int number) {
    return Optional.of(
        new FailedCell(
            number,
            NotebookFile.source(cell),
            "Interrupted before cell %d.".formatted(number),
            List.of()));
  }

  private Optional<FailedCell> execute(
      KernelClient client,
      ObjectNode cell,
      int number,
      NotebookOutputs outputs,
      RunListener listener)
      throws IOException {
    String code = NotebookFile.source(cell);
    String first = code.lines().filter(line -> !line.isBlank()).findFirst().orElse("").strip();
    listener.cell(number, first);
    ObjectNode reply;
    try {
      reply = client.execute(code, message -> outputs.take(message, cell), cellLimit);
    } catch (IOException gone) {
      ((ArrayNode) cell.path("outputs"))
          .addObject()
          .put("output_type", "error")
          .put("ename", "KernelError")
          .put("evalue", gone.getMessage())
          .putArray("traceback")
          .add(gone.getMessage());
      return Optional.of(
          new FailedCell(
              number,
              code,
              "Cell %d (%s): %s".formatted(number, first, gone.getMessage()),
              List.of()));
    }
    boolean failed = !reply.path("status").asText().equals("ok");
    if (!failed || (NotebookFile.tagged(cell, "raises-exception") && !stopped)) {
      return Optional.empty();
    }
    List<String> trace = new ArrayList<>();
    reply.path("traceback").forEach(line -> trace.add(line.asText()));
    return Optional.of(
        new FailedCell(
            number,
            code,
            "Cell %d (%s) failed with %s: %s"
                .formatted(
                    number, first, reply.path("ename").asText(), reply.path("evalue").asText()),
            trace));
  }
}
