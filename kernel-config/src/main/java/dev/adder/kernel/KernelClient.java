package dev.adder.kernel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * A kernel process and the client's end of its sockets. For one thread, but for {@link #interrupt}.
 */
public final class KernelClient implements AutoCloseable {

  private static final Duration READY = Duration.ofSeconds(60);

  private static final int RECONNECT_MS = 20;

  /** How long a cell may take to end once it is interrupted. */
  private static final long GRACE_NANOS = 5_000_000_000L;

  private final Path connectionFile;
  private final ProcessBuilder builder;
  private Process process;
  private final Wire wire;
  private final ZContext context = new ZContext();

  /** The same on all sockets: the kernel asks for input where the request came from. */
  private final byte[] identity = ("adder-" + UUID.randomUUID()).getBytes(ZMQ.CHARSET);

  private final ZMQ.Socket shell;
  private final ZMQ.Socket control;
  private final ZMQ.Socket stdin;
  private final ZMQ.Socket iopub;

  /** When the running cell was interrupted; 0 if it was not. */
  private volatile long interrupted;

  private long startNanos;
  private long readyNanos;

  private KernelClient(
      Path connectionFile,
      ProcessBuilder builder,
      Process process,
      long startNanos,
      Wire wire,
      int[] ports) {
    this.startNanos = startNanos;
    this.connectionFile = connectionFile;
    this.builder = builder;
    this.process = process;
    this.wire = wire;
    shell = connect(SocketType.DEALER, ports[0]);
    control = connect(SocketType.DEALER, ports[1]);
    stdin = connect(SocketType.DEALER, ports[2]);
    iopub = connect(SocketType.SUB, ports[3]);
    iopub.subscribe(new byte[0]);
  }

  private ZMQ.Socket connect(SocketType type, int port) {
    ZMQ.Socket socket = context.createSocket(type);
    socket.setLinger(0);
    // The kernel is not there yet when the client begins to try.
    socket.setReconnectIVL(RECONNECT_MS);
    if (type == SocketType.SUB) {
      // Nothing is dropped here because a listener is slow.
      socket.setRcvHWM(0);
    } else {
      socket.setIdentity(identity);
    }
    socket.connect("tcp://127.0.0.1:" + port);
    return socket;
  }

  /**
   * Starts our kernel and waits until it answers.
   *
   * @param environment added to this process's own
   * @param log file that takes what the process itself prints
   */
  public static KernelClient start(Map<String, String> environment, Path log) throws IOException {
    return start(KernelSpec.here(), environment, Path.of("").toAbsolutePath(), log);
  }

  /**
   * Starts a kernel and waits until it answers.
   *
   * @param spec how it is started
   * @param environment added to the spec's, which is added to this process's own
   * @param directory the kernel's working directory
   * @param log file that takes what the process itself prints
   */
  public static KernelClient start(
      KernelSpec spec, Map<String, String> environment, Path directory, Path log)
      throws IOException {
    int[] ports = freePorts(5);
    Path file = Files.createTempFile("adder-kernel", ".json");
    if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
    ObjectNode json = Wire.JSON.createObjectNode();
    json.put("ip", "127.0.0.1").put("transport", "tcp").put("key", UUID.randomUUID().toString());
    json.put("signature_scheme", "hmac-sha256").put("kernel_name", spec.name());
    json.put("shell_port", ports[0]).put("control_port", ports[1]).put("stdin_port", ports[2]);
    json.put("iopub_port", ports[3]).put("hb_port", ports[4]);
    Files.writeString(file, json.toString());
    List<String> command = new ArrayList<>(spec.command());
    command.replaceAll(word -> word.replace(KernelSpec.CONNECTION_FILE, file.toString()));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().putAll(spec.environment());
    builder.environment().putAll(environment);
    builder.environment().put("JPY_PARENT_PID", String.valueOf(ProcessHandle.current().pid()));
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    Process process;
    long startNanos = System.nanoTime();
    try {
      process = builder.start();
    } catch (IOException notStarted) {
      Files.deleteIfExists(file);
      throw notStarted;
    }
    KernelClient client =
        new KernelClient(file, builder, process, startNanos, wire(json.toString()), ports);
    try {
      client.awaitReady(log);
      return client;
    } catch (IOException | RuntimeException failure) {
      client.close();
      throw failure;
    }
  }

  /** Starts the kernel again under the same connection once it has ended, as Jupyter does. */
  void restart(Path log) throws IOException {
    startNanos = System.nanoTime();
    readyNanos = 0;
    process = builder.redirectOutput(log.toFile()).start();
    awaitReady(log);
  }

  private static Wire wire(String connection) {
    try {
      return new Wire(KernelConnectionProperties.parse(connection).createHMACGenerator(), "client");
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("This JDK cannot sign with HMAC-SHA256.", missing);
    }
  }

  private static int[] freePorts(int count) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    try {
      int[] ports = new int[count];
      for (int i = 0; i < count; i++) {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        held.add(socket);
        ports[i] = socket.getLocalPort();
      }
      return ports;
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
  }

  private void awaitReady(Path log) throws IOException {
    long deadline = System.nanoTime() + READY.toNanos();
    Wire.Message request = send("kernel_info_request", object());
    try (Sockets sockets = new Sockets()) {
      while (System.nanoTime() < deadline) {
        if (!process.isAlive()) {
          throw new IOException(
              "The kernel ended with code %d while starting. It said: %s"
                  .formatted(process.exitValue(), Files.readString(log).strip()));
        }
        sockets.await();
        if (sockets.reply().isPresent() && readyNanos == 0) {
          readyNanos = System.nanoTime() - startNanos;
        }
        // The subscription is in place once anything arrives on it.
        if (readyNanos != 0) {
          if (sockets.output().isPresent()) {
            return;
          }
          request = send("kernel_info_request", object());
        }
      }
    }
    throw new IOException(
        "The kernel did not answer within %d s (request %s). Its output is in %s."
            .formatted(READY.toSeconds(), request.id(), log));
  }

  /** Seconds from the start of the process to its first answer. */
  public double readySeconds() {
    return readyNanos * 1e-9;
  }

  /** Waits for the reply socket and the output socket at once. */
  private final class Sockets implements AutoCloseable {

    private final ZMQ.Poller poller = context.createPoller(2);

    Sockets() {
      poller.register(iopub, ZMQ.Poller.POLLIN);
      poller.register(shell, ZMQ.Poller.POLLIN);
    }

    void await() {
      poller.poll(50);
    }

    Optional<Wire.Message> output() {
      return poller.pollin(0) ? wire.read(iopub) : Optional.empty();
    }

    Optional<Wire.Message> reply() {
      return poller.pollin(1) ? wire.read(shell) : Optional.empty();
    }

    @Override
    public void close() {
      poller.close();
    }
  }

  static ObjectNode object() {
    return Wire.JSON.createObjectNode();
  }

  /** Sends a request on the shell socket. */
  Wire.Message send(String type, ObjectNode content) {
    Wire.Message message = wire.message(type, null, content);
    wire.send(shell, message);
    return message;
  }

  /** The shell socket, for messages that are not as they should be. */
  ZMQ.Socket shell() {
    return shell;
  }

  /** Sends a message as it is. */
  void sendAgain(Wire.Message message) {
    wire.send(shell, message);
  }

  /** Sends a request and waits for its reply. */
  ObjectNode ask(String type, ObjectNode content, Duration limit) throws IOException {
    Wire.Message request = send(type, content);
    return awaitReply(request, limit);
  }

  ObjectNode awaitReply(Wire.Message request, Duration limit) throws IOException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<Wire.Message> reply = poll(shell, 50);
      if (reply.isPresent() && reply.get().parentId().equals(request.id())) {
        return reply.get().content();
      }
      requireAlive();
    }
    throw new IOException(
        "The kernel did not answer %s within %s.".formatted(request.type(), limit));
  }

  private void requireAlive() throws IOException {
    if (!process.isAlive()) {
      throw new IOException(
          "The kernel process ended with code %d. A native crash or too little memory is likely."
              .formatted(process.exitValue()));
    }
  }

  private Optional<Wire.Message> poll(ZMQ.Socket socket, int milliseconds) {
    ZMQ.Poller poller = context.createPoller(1);
    try {
      poller.register(socket, ZMQ.Poller.POLLIN);
      return poller.poll(milliseconds) > 0 ? wire.read(socket) : Optional.empty();
    } finally {
      poller.close();
    }
  }

  /**
   * Executes a cell.
   *
   * @param outputs told of every message on the output socket that belongs to the cell, in order
   * @param limit after which the cell is interrupted and given up
   * @return the reply's content
   */
  ObjectNode execute(String code, Consumer<Wire.Message> outputs, Duration limit)
      throws IOException {
    ObjectNode content = object().put("code", code).put("silent", false);
    content.put("store_history", true).put("allow_stdin", false).put("stop_on_error", true);
    Wire.Message request = send("execute_request", content);
    long deadline = System.nanoTime() + limit.toNanos();
    interrupted = 0;
    boolean idle = false;
    Optional<Wire.Message> reply = Optional.empty();
    try (Sockets sockets = new Sockets()) {
      while (!idle || reply.isEmpty()) {
        sockets.await();
        Optional<Wire.Message> output = sockets.output();
        if (output.isPresent() && output.get().parentId().equals(request.id())) {
          idle |= output.get().content().path("execution_state").asText().equals("idle");
          outputs.accept(output.get());
        }
        Optional<Wire.Message> answer = sockets.reply();
        if (answer.isPresent() && answer.get().parentId().equals(request.id())) {
          reply = answer;
        }
        requireAlive();
        if (System.nanoTime() > deadline) {
          interrupt();
          throw new IOException("The cell took longer than %d s.".formatted(limit.toSeconds()));
        }
        if (interrupted != 0 && System.nanoTime() - interrupted > GRACE_NANOS) {
          throw new IOException("The cell was interrupted, but did not end within 5 s.");
        }
      }
    }
    return reply.get().content();
  }

  /**
   * Runs a cell that must not fail.
   *
   * @param text told of what it prints and shows, in plain text, as it arrives
   * @throws IOException if it fails, with what the kernel says
   */
  public void run(String code, Consumer<String> text, Duration limit) throws IOException {
    ObjectNode reply =
        execute(
            code,
            message -> {
              ObjectNode content = message.content();
              String said =
                  message.type().equals("stream")
                      ? content.path("text").asText()
                      : content.path("data").path("text/plain").asText();
              if (!said.isEmpty()) {
                text.accept(said);
              }
            },
            limit);
    if (!reply.path("status").asText().equals("ok")) {
      throw new IOException(
          "The cell \"%s\" failed with %s: %s"
              .formatted(code, reply.path("ename").asText(), reply.path("evalue").asText()));
    }
  }

  /** What could stand at the end of a piece of code. */
  public List<String> complete(String code, Duration limit) throws IOException {
    ObjectNode content = object().put("code", code);
    content.put("cursor_pos", code.codePointCount(0, code.length()));
    List<String> words = new ArrayList<>();
    ask("complete_request", content, limit)
        .path("matches")
        .forEach(word -> words.add(word.asText()));
    return words;
  }

  /** Waits for a request for input. */
  Wire.Message awaitInputRequest(Duration limit) throws IOException {
    return poll(stdin, Math.toIntExact(limit.toMillis()))
        .orElseThrow(() -> new IOException("No input was asked for within " + limit + "."));
  }

  /** Waits for a request for input and answers it. */
  void answerInput(String line, Duration limit) throws IOException {
    Wire.Message request = awaitInputRequest(limit);
    wire.send(stdin, wire.message("input_reply", request, object().put("value", line)));
  }

  /** Waits for a message of this type on the output socket. */
  ObjectNode awaitOutput(String type, Duration limit) throws IOException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<Wire.Message> message = poll(iopub, 50);
      if (message.isPresent() && message.get().type().equals(type)) {
        return message.get().content();
      }
    }
    throw new IOException("No %s arrived within %s.".formatted(type, limit));
  }

  /** Ends the running cell. */
  synchronized void interrupt() {
    interrupted = interrupted == 0 ? System.nanoTime() : interrupted;
    wire.send(control, wire.message("interrupt_request", null, object()));
  }

  /** What the kernel was told of its sockets and key. */
  Path connectionFile() {
    return connectionFile;
  }

  /** The kernel's process. */
  public Process process() {
    return process;
  }

  /** The largest memory the process has held, in bytes; empty where the system does not tell. */
  Optional<Long> peakMemory() {
    Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
    if (!Files.isReadable(status)) {
      return Optional.empty();
    }
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .map(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst();
    } catch (IOException ended) {
      return Optional.empty();
    }
  }

  /** Asks the kernel to end. */
  synchronized void shutDown(boolean restart) {
    wire.send(control, wire.message("shutdown_request", null, object().put("restart", restart)));
  }

  /** Shuts the kernel down and waits until it has gone. */
  void end(Duration limit) throws IOException {
    shutDown(false);
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("The kernel did not end within %d s.".formatted(limit.toSeconds()));
      }
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
      throw new IOException("Waiting for the kernel's end was interrupted.", hurry);
    }
  }

  /** Shuts the kernel down; by force if it does not go by itself. */
  @Override
  public void close() throws IOException {
    if (process.isAlive()) {
      shutDown(false);
      try {
        if (!process.waitFor(3, TimeUnit.SECONDS)) {
          destroy();
        }
      } catch (InterruptedException hurry) {
        destroy();
        Thread.currentThread().interrupt();
      }
    }
    context.close();
    Files.deleteIfExists(connectionFile);
  }

  /** Some kernels are a launcher, which ends with the kernel proper that it has started. */
  private void destroy() {
    List<ProcessHandle> started = process.descendants().toList();
    started.forEach(ProcessHandle::destroyForcibly);
    if (!started.isEmpty()) {
      process.onExit().completeOnTimeout(process, 1, TimeUnit.SECONDS).join();
    }
    process.destroyForcibly();
  }
}
