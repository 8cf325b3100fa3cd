package dev.adder.kernel;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.adder.notebook.CellOutput;
import dev.adder.notebook.MimeBundle;
import dev.adder.notebook.Notebook;
import dev.adder.notebook.Renderers;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * Serves Jupyter's protocol: requests on the shell socket one after the other on the calling
 * thread, interrupt and shutdown on the control socket beside it, heartbeat by itself.
 */
final class KernelServer {

  private static final int OUTPUT_EVERY_MS = 80;
  private static final int ABORT_WINDOW_MS = 30;

  private final Wire wire;
  private final ZContext context = new ZContext();
  private final ZMQ.Socket shell;
  private final ZMQ.Socket control;
  private final ZMQ.Socket stdin;
  private final ZMQ.Socket iopub;
  private final CompletableFuture<CellEvaluator> evaluator;
  private final List<String> history = new ArrayList<>();
  private final CellStream out;
  private final CellStream err;
  private volatile Wire.@Nullable Message current;
  private volatile boolean silent;
  private volatile boolean closing;
  private int executions;

  KernelServer(KernelConnectionProperties connection) {
    try {
      wire = new Wire(connection.createHMACGenerator(), "kernel");
    } catch (GeneralSecurityException unusable) {
      throw new IllegalArgumentException(
          "The connection file asks for signatures by %s, which this JDK cannot make."
              .formatted(connection.getSignatureScheme()),
          unusable);
    }
    shell = bind(SocketType.ROUTER, connection, connection.getShellPort());
    control = bind(SocketType.ROUTER, connection, connection.getControlPort());
    stdin = bind(SocketType.ROUTER, connection, connection.getStdinPort());
    iopub = bind(SocketType.PUB, connection, connection.getIopubPort());
    ZMQ.Socket heartbeat = bind(SocketType.REP, connection, connection.getHbPort());
    daemon("heartbeat", () -> ZMQ.proxy(heartbeat, heartbeat, null));
    out = new CellStream(text -> stream("stdout", text));
    err = new CellStream(text -> stream("stderr", text));
    evaluator = CompletableFuture.supplyAsync(CellEvaluator::new);
  }

  private ZMQ.Socket bind(SocketType type, KernelConnectionProperties connection, int port) {
    ZMQ.Socket socket = context.createSocket(type);
    socket.setLinger(500);
    socket.bind(connection.getTransport() + "://" + connection.getIp() + ":" + port);
    return socket;
  }

  private static void daemon(String name, Runnable task) {
    Thread thread = new Thread(task, "adder-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Serves until a shutdown request. */
  void serve() {
    System.setOut(out.print());
    System.setErr(err.print());
    System.setIn(new FrontEndInput());
    Notebook.connect(new Displays());
    daemon("control", this::serveControl);
    daemon("output", this::handOnByTheClock);
    status("starting", null);
    while (!closing) {
      Optional<Wire.Message> request = wire.read(shell);
      request.ifPresent(this::answerShell);
    }
  }

  private void handOnByTheClock() {
    while (!closing) {
      try {
        Thread.sleep(OUTPUT_EVERY_MS);
      } catch (InterruptedException ended) {
        return;
      }
      out.handOn();
      err.handOn();
    }
  }

  private void serveControl() {
    while (!closing) {
      wire.read(control)
          .ifPresent(
              request -> {
                status("busy", request);
                switch (request.type()) {
                  case "interrupt_request" -> {
                    if (evaluator.isDone()) {
                      evaluator.join().interrupt();
                    }
                    reply(control, request, ok());
                  }
                  case "shutdown_request" -> shutDown(control, request);
                  case "kernel_info_request" -> reply(control, request, kernelInfo());
                  default -> {}
                }
                status("idle", request);
              });
    }
  }

  private void shutDown(ZMQ.Socket socket, Wire.Message request) {
    closing = true;
    reply(socket, request, ok().put("restart", request.content().path("restart").asBoolean()));
    status("idle", request);
    // A cell may be deep in native code: leave without it, once the reply has gone out.
    daemon(
        "halt",
        () -> {
          java.util.concurrent.locks.LockSupport.parkNanos(300_000_000);
          Runtime.getRuntime().halt(0);
        });
  }

  private void answerShell(Wire.Message request) {
    current = request;
    status("busy", request);
    try {
      switch (request.type()) {
        case "execute_request" -> execute(request);
        case "kernel_info_request" -> reply(shell, request, kernelInfo());
        case "complete_request" -> reply(shell, request, complete(request));
        case "inspect_request" -> reply(shell, request, inspect(request));
        case "is_complete_request" -> reply(shell, request, isComplete(request));
        case "history_request" -> reply(shell, request, history(request));
        case "comm_info_request" -> reply(shell, request, ok().set("comms", object()));
        case "shutdown_request" -> shutDown(shell, request);
        default -> {}
      }
    } catch (RuntimeException | LinkageError failure) {
      reply(
          shell,
          request,
          error(failure.getClass().getName(), String.valueOf(failure.getMessage()), List.of()));
    } finally {
      status("idle", request);
    }
  }

  private void execute(Wire.Message request) {
    String code = request.content().path("code").asText();
    silent = request.content().path("silent").asBoolean(false);
    boolean store = request.content().path("store_history").asBoolean(!silent);
    if (store && !silent) {
      executions++;
      history.add(code);
    }
    if (!silent) {
      publish(
          "execute_input", request, object().put("code", code).put("execution_count", executions));
    }
    CellResult result = evaluate(code);
    if (result.error() == null && result.value() != null && !silent) {
      result = show(request, result.value());
    }
    out.print().flush();
    out.handOn();
    err.handOn();
    CellResult.Failure failure = result.error();
    if (failure == null) {
      ObjectNode reply = ok().put("execution_count", executions);
      reply.set("user_expressions", object());
      reply.set("payload", Wire.JSON.createArrayNode());
      reply(shell, request, reply);
      return;
    }
    ObjectNode content = error(failure.name(), failure.message(), failure.trace());
    if (!silent) {
      publish("error", request, content.deepCopy().without(List.of("status")));
    }
    reply(shell, request, content.put("execution_count", executions));
    if (request.content().path("stop_on_error").asBoolean(true)) {
      abortWaiting();
    }
  }

  private CellResult evaluate(String code) {
    try {
      return evaluator.join().evaluate(code, executions);
    } catch (RuntimeException | Error failure) {
      return CellResult.failed(
          failure.getClass().getName(), String.valueOf(failure.getMessage()), List.of());
    }
  }

  private CellResult show(Wire.Message request, Object value) {
    try {
      ObjectNode content = object().put("execution_count", executions);
      content.setAll(bundle(Renderers.render(value)));
      out.handOn();
      publish("execute_result", request, content);
      return CellResult.of(value);
    } catch (RuntimeException | Error failure) {
      return CellResult.failed(
          failure.getClass().getName(),
          "The result of type %s cannot be shown: %s"
              .formatted(value.getClass().getName(), failure.getMessage()),
          List.of());
    }
  }

  /** Answers execute requests that were already waiting when a cell failed. */
  private void abortWaiting() {
    ZMQ.Poller poller = context.createPoller(1);
    poller.register(shell, ZMQ.Poller.POLLIN);
    while (poller.poll(ABORT_WINDOW_MS) > 0) {
      wire.read(shell)
          .ifPresent(
              waiting -> {
                if (waiting.type().equals("execute_request")) {
                  status("busy", waiting);
                  reply(shell, waiting, object().put("status", "aborted"));
                  status("idle", waiting);
                } else {
                  answerShell(waiting);
                }
              });
    }
    poller.close();
  }

  private ObjectNode complete(Wire.Message request) {
    String code = request.content().path("code").asText();
    int cursor = position(request, code);
    CellEvaluator.Completions found = evaluator.join().complete(code, cursor);
    ObjectNode reply = ok().put("cursor_start", code.codePointCount(0, found.from()));
    reply.put("cursor_end", code.codePointCount(0, cursor));
    ArrayNode matches = reply.putArray("matches");
    found.words().forEach(matches::add);
    reply.set("metadata", object());
    return reply;
  }

  private ObjectNode inspect(Wire.Message request) {
    String code = request.content().path("code").asText();
    String text = evaluator.join().inspect(code, position(request, code));
    ObjectNode reply = ok().put("found", !text.isEmpty());
    ObjectNode data = reply.putObject("data");
    if (!text.isEmpty()) {
      data.put(MimeBundle.TEXT, text);
    }
    reply.set("metadata", object());
    return reply;
  }

  /** Jupyter counts code points, Java counts UTF-16 units. */
  private static int position(Wire.Message request, String code) {
    int points = request.content().path("cursor_pos").asInt();
    return code.offsetByCodePoints(0, Math.min(points, code.codePointCount(0, code.length())));
  }

  private ObjectNode isComplete(Wire.Message request) {
    String status = evaluator.join().completeness(request.content().path("code").asText());
    ObjectNode reply = object().put("status", status);
    return status.equals("incomplete") ? reply.put("indent", "    ") : reply;
  }

  private ObjectNode history(Wire.Message request) {
    ObjectNode reply = ok();
    ArrayNode entries = reply.putArray("history");
    int n = request.content().path("n").asInt(history.size());
    boolean tail = request.content().path("hist_access_type").asText("tail").equals("tail");
    for (int i = tail ? Math.max(0, history.size() - n) : 0; i < history.size(); i++) {
      entries.addArray().add(0).add(i + 1).add(history.get(i));
    }
    return reply;
  }

  private static ObjectNode kernelInfo() {
    ObjectNode reply = ok().put("protocol_version", Wire.PROTOCOL);
    reply.put("implementation", "adder").put("implementation_version", "0.1.0");
    String java = System.getProperty("java.version");
    reply.put("banner", "Adder: fine-tuning state space models, in Java " + java);
    reply.set("language_info", languageInfo());
    reply.putArray("help_links");
    return reply;
  }

  /** What notebooks say of their language. */
  static ObjectNode languageInfo() {
    ObjectNode language = object().put("name", "java");
    language.put("version", System.getProperty("java.specification.version"));
    language.put("mimetype", "text/x-java").put("file_extension", ".java");
    return language.put("pygments_lexer", "java").put("codemirror_mode", "text/x-java");
  }

  private void stream(String name, String text) {
    if (!silent) {
      publish("stream", current, object().put("name", name).put("text", text));
    }
  }

  private void status(String state, Wire.@Nullable Message request) {
    publish("status", request, object().put("execution_state", state));
  }

  private void publish(String type, Wire.@Nullable Message request, ObjectNode content) {
    Wire.Message message = wire.message(type, request, content);
    byte[] topic = type.getBytes(StandardCharsets.US_ASCII);
    Wire.Message onTopic =
        new Wire.Message(List.of(topic), message.header(), message.parent(), content);
    synchronized (iopub) {
      wire.send(iopub, onTopic);
    }
  }

  private void reply(ZMQ.Socket socket, Wire.Message request, ObjectNode content) {
    String type = request.type().replace("_request", "_reply");
    wire.send(socket, wire.message(type, request, content));
  }

  private static ObjectNode object() {
    return Wire.JSON.createObjectNode();
  }

  private static ObjectNode ok() {
    return object().put("status", "ok");
  }

  private static ObjectNode error(String name, String message, List<String> trace) {
    ObjectNode content = object().put("status", "error").put("ename", name).put("evalue", message);
    ArrayNode lines = content.putArray("traceback");
    trace.forEach(lines::add);
    return content;
  }

  private static ObjectNode bundle(MimeBundle bundle) {
    ObjectNode content = object();
    content.set("data", Wire.JSON.valueToTree(bundle.data()));
    content.set("metadata", object());
    return content;
  }

  /** Sends what cells display. */
  private final class Displays implements CellOutput {

    @Override
    public void display(MimeBundle bundle, String displayId) {
      send("display_data", bundle, displayId);
    }

    @Override
    public void update(MimeBundle bundle, String displayId) {
      send("update_display_data", bundle, displayId);
    }

    private void send(String type, MimeBundle bundle, String displayId) {
      ObjectNode content = bundle(bundle);
      content.set("transient", Wire.JSON.valueToTree(Map.of("display_id", displayId)));
      out.handOn();
      publish(type, current, content);
    }
  }

  /** {@code System.in} of cells: asks the front end for a line. */
  private final class FrontEndInput extends InputStream {

    private byte[] line = new byte[0];
    private int next;

    @Override
    public int read() throws IOException {
      if (next == line.length) {
        fetch();
      }
      return line[next++] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
      if (count == 0) {
        return 0;
      }
      if (next == line.length) {
        fetch();
      }
      int taken = Math.min(count, line.length - next);
      System.arraycopy(line, next, bytes, offset, taken);
      next += taken;
      return taken;
    }

    private void fetch() throws IOException {
      Wire.Message request = current;
      if (request == null || !request.content().path("allow_stdin").asBoolean(false)) {
        throw new IOException("This front end gives no input. Run the notebook interactively.");
      }
      out.handOn();
      ObjectNode content = object().put("prompt", "").put("password", false);
      wire.send(stdin, wire.message("input_request", request, content));
      ZMQ.Poller poller = context.createPoller(1);
      poller.register(stdin, ZMQ.Poller.POLLIN);
      try {
        while (true) {
          StopFlag.check();
          if (poller.poll(50) > 0) {
            Optional<Wire.Message> answer = wire.read(stdin);
            if (answer.isPresent()) {
              String value = answer.get().content().path("value").asText() + "\n";
              line = value.getBytes(StandardCharsets.UTF_8);
              next = 0;
              return;
            }
          }
        }
      } finally {
        poller.close();
      }
    }
  }
}
