package dev.adder.benchmarks.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.adder.benchmarks.work.Task;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A worker that stays warm: a process that is told to run by a line and answers with one. */
final class WorkerProcess implements Runner {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String END = "";

  /** What a process ends with that was interrupted from the terminal. */
  private static final int INTERRUPTED = 130;

  private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();

  private final Process process;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final long trained;
  private long peak;

  /**
   * Starts it and waits until it is prepared.
   *
   * @param log where its error stream goes
   */
  static WorkerProcess start(Side side, Task task, Path log, double limitSeconds)
      throws WorkerFailure {
    try {
      List<String> command = new ArrayList<>(side.command());
      command.add(JSON.writeValueAsString(task));
      ProcessBuilder builder = new ProcessBuilder(command);
      Side.NOT_INHERITED.forEach(builder.environment()::remove);
      builder.environment().putAll(side.environment());
      builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
      return new WorkerProcess(builder.start(), limitSeconds);
    } catch (IOException failure) {
      throw new WorkerFailure("could not be started: " + failure.getMessage());
    }
  }

  private WorkerProcess(Process process, double limitSeconds) throws WorkerFailure {
    this.process = process;
    ALIVE.add(process);
    yieldMemory(process);
    Thread reader = new Thread(this::read, "answers");
    reader.setDaemon(true);
    reader.start();
    try {
      trained = await(limitSeconds).path("trained").asLong();
    } catch (WorkerFailure failure) {
      close();
      throw failure;
    }
  }

  /** Where memory runs out, a worker is to be ended rather than anything else on the machine. */
  private static void yieldMemory(Process process) {
    Path score = Path.of("/proc/" + process.pid() + "/oom_score_adj");
    try {
      Files.writeString(score, "1000");
    } catch (IOException notLinux) {
      // Elsewhere there is no such setting, and nothing depends on it.
    }
  }

  private void read() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        answers.add(line);
      }
    } catch (IOException closed) {
      // The process was ended; the end is announced below.
    }
    answers.add(END);
  }

  @Override
  public Run run(double limitSeconds) throws WorkerFailure {
    JsonNode answer = ask(limitSeconds);
    notePeak();
    return new Run(answer.path("seconds").asDouble(), answer.path("check").asDouble(Double.NaN));
  }

  /** Has the task run and returns the answer, whatever fields it has. */
  JsonNode ask(double limitSeconds) throws WorkerFailure {
    try {
      OutputStream commands = process.getOutputStream();
      commands.write('\n');
      commands.flush();
    } catch (IOException closed) {
      throw new WorkerFailure(death());
    }
    return await(limitSeconds);
  }

  private JsonNode await(double limitSeconds) throws WorkerFailure {
    try {
      String line = answers.poll((long) (limitSeconds * 1000), TimeUnit.MILLISECONDS);
      if (line == null) {
        throw new WorkerFailure(
            String.format(Locale.ROOT, "not finished within %.0f s", limitSeconds));
      }
      if (line.equals(END)) {
        throw new WorkerFailure(death());
      }
      JsonNode answer = JSON.readTree(line);
      if (answer.has("error")) {
        throw new WorkerFailure(answer.path("error").asText().lines().findFirst().orElse("failed"));
      }
      return answer;
    } catch (IOException garbled) {
      throw new WorkerFailure("gave an answer that is not JSON");
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      throw new WorkerFailure(Pair.INTERRUPTED);
    }
  }

  private String death() {
    try {
      process.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
    }
    int code = process.isAlive() ? 0 : process.exitValue();
    if (code == INTERRUPTED) {
      return Pair.INTERRUPTED;
    }
    return code == 137
        ? "killed, most likely for want of memory"
        : "ended with code " + code + ", see worker.log";
  }

  private void notePeak() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
        if (line.startsWith("VmHWM:")) {
          peak = Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
        }
      }
    } catch (IOException notLinux) {
      // Peak memory is shown where the system tells it.
    }
  }

  @Override
  public long peakMegabytes() {
    return peak;
  }

  @Override
  public long trained() {
    return trained;
  }

  /** Ends all workers, when the run is broken off. */
  static void endAll() {
    ALIVE.forEach(Process::destroyForcibly);
  }

  @Override
  public void close() {
    ALIVE.remove(process);
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
    }
  }
}
