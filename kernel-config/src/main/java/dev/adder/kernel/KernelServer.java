package dev.adder.kernel;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.adder.kernel.cell.CellEvaluator;
import dev.adder.kernel.cell.CellResult;
import dev.adder.kernel.cell.StopFlag;
import dev.adder.notebook.CellOutput;
import dev.adder.notebook.Comm;
import dev.adder.notebook.MimeBundle;
import dev.adder.notebook.Notebook;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMsg;

/**
 * Serves Jupyter's protocol: requests on the shell socket one after the other on the calling
 * thread, interrupt and shutdown on the control socket beside it, heartbeat by itself.
 */
final class KernelServer {

  private static final int OUTPUT_EVERY_MS = 80;
  private static final int ABORT_WINDOW_MS = 20;

  /** A cell that has not ended so long after an interrupt waits for something foreign. */
  private static final long PATIENCE_NANOS = 2_000_000_000L;

  private final Wire wire;
  private final ZContext context = new ZContext();
  private final ZMQ.Socket shell;
  private final ZMQ.Socket control;
  private final Publisher publisher;
  private final CellPrinter printer;
  private final FrontEndInput input;
  private final LastRun lastRun;
  private final History history = new History();
  private final Comms comms;
  private final CompletableFuture<CellEvaluator> evaluator;
  private final CodeRequests code;

  /** The request whose outputs are being sent; it stays after the cell, for threads it began. */
  private volatile Wire.@Nullable Message current;

  private volatile boolean silent;
  private volatile boolean closing;
  private volatile long interrupted;

  /** Whether the first cell waits for the evaluator to be made. */
  private volatile boolean awaiting;

  /** An interrupt came while it waited. */
  private volatile boolean stopAtOnce;

  private int executions;
  private boolean toldOfRestart;

  KernelServer(KernelConnectionProperties connection, LastRun lastRun) throws IOException {
    this.lastRun = lastRun;
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
    ZMQ.Socket stdin = bind(SocketType.ROUTER, connection, connection.getStdinPort());
    ZMQ.Socket iopub = bind(SocketType.PUB, connection, connection.getIopubPort());
    // Not REP: no exchange has to end before another front end's is taken up.
    ZMQ.Socket heartbeat = bind(SocketType.ROUTER, connection, connection.getHbPort());
    daemon("heartbeat", () -> echo(heartbeat));
    publisher = new Publisher(wire, iopub);
    printer = new CellPrinter(this::stream);
    input = new FrontEndInput(wire, context, stdin, () -> current, printer::handOn);
    comms = new Comms((type, content) -> publisher.publish(type, current, content));
    evaluator = CompletableFuture.supplyAsync(CellEvaluator::new);
    code = new CodeRequests(evaluator);
  }

  private ZMQ.Socket bind(SocketType type, KernelConnectionProperties connection, int port)
      throws IOException {
    ZMQ.Socket socket = context.createSocket(type);
    socket.setLinger(500);
    // What a cell prints is not dropped because a front end is slow; the printer waits instead.
    socket.setSndHWM(0);
    if (connection.getTransport().equals("ipc")) {
      int local = socket.bindToRandomPort("tcp://127.0.0.1");
      UnixBridge.open(connection.getIp() + "-" + port, local);
    } else {
      socket.bind(connection.getTransport() + "://" + connection.getIp() + ":" + port);
    }
    return socket;
  }

  /** Sends back what arrives, with the identity of who sent it in front. */
  private void echo(ZMQ.Socket heartbeat) {
    while (!closing) {
      ZMsg beat = ZMsg.recvMsg(heartbeat);
      if (beat != null) {
        beat.send(heartbeat);
      }
    }
  }

  private static void daemon(String name, Runnable task) {
    Thread thread = new Thread(task, "adder-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Serves until a shutdown request. */
  void serve() {
    System.setOut(printer.stream("stdout"));
    System.setErr(printer.stream("stderr"));
    System.setIn(input);
    Notebook.connect(new Displays());
    Thread.setDefaultUncaughtExceptionHandler(KernelServer::report);
    daemon("control", this::serveControl);
    daemon("output", this::handOnByTheClock);
    publisher.status("starting", null);
    while (!closing) {
      wire.read(shell).ifPresent(this::answerShell);
    }
  }

  /** A thread that a cell began has failed; one that was stopped with its cell has not. */
  private static void report(Thread thread, Throwable failure) {
    if (!(failure instanceof StopFlag.Stopped)) {
      System.err.print("In thread \"" + thread.getName() + "\": ");
      failure.printStackTrace();
    }
  }

  private void handOnByTheClock() {
    while (!closing) {
      LockSupport.parkNanos(OUTPUT_EVERY_MS * 1_000_000L);
      printer.handOn();
      if (interrupted != 0 && System.nanoTime() - interrupted > PATIENCE_NANOS) {
        interrupted = 0;
        String where = evaluator.join().holdout();
        if (where != null) {
          stream(
              "stderr",
              "The cell is told to stop, but is in %s, which cannot be stopped from outside. It ends when that returns; a restart of the kernel ends it at once.\n"
                  .formatted(where));
        }
      }
    }
  }

  private void serveControl() {
    while (!closing) {
      wire.read(control).ifPresent(this::answerControl);
    }
  }

  /** Nothing that arrives may end the thread that interrupts cells. */
  private void answerControl(Wire.Message request) {
    publisher.status("busy", request);
    try {
      switch (request.type()) {
        case "interrupt_request" -> {
          interrupt();
          reply(control, request, ok());
        }
        case "shutdown_request" -> shutDown(control, request);
        case "kernel_info_request" ->
            reply(control, request, CodeRequests.kernelInfo(lastRun.reason()));
        default -> {}
      }
    } catch (RuntimeException | Error failure) {
      reply(control, request, error(failure));
    } finally {
      publisher.status("idle", request);
    }
  }

  private void interrupt() {
    if (awaiting) {
      stopAtOnce = true;
    } else if (evaluator.isDone()) {
      interrupted = System.nanoTime();
      evaluator.join().interrupt();
    }
  }

  private void shutDown(ZMQ.Socket socket, Wire.Message request) {
    closing = true;
    boolean restart = request.content().path("restart").asBoolean();
    try {
      if (restart) {
        lastRun.ending("The kernel was restarted on request; variables are gone.");
      } else {
        lastRun.finished();
      }
    } catch (IOException left) {
      System.getLogger(KernelServer.class.getName())
          .log(System.Logger.Level.WARNING, "The kernel's note stays behind.", left);
    }
    reply(socket, request, ok().put("restart", restart));
    publisher.status("idle", request);
    // A cell may be deep in native code: leave without it, once the reply has gone out.
    daemon(
        "halt",
        () -> {
          LockSupport.parkNanos(300_000_000);
          Runtime.getRuntime().halt(0);
        });
  }

  private void answerShell(Wire.Message request) {
    publisher.status("busy", request);
    try {
      switch (request.type()) {
        case "execute_request" -> execute(request);
        case "kernel_info_request" ->
            reply(shell, request, CodeRequests.kernelInfo(lastRun.reason()));
        case "complete_request" -> reply(shell, request, code.complete(request.content()));
        case "inspect_request" -> reply(shell, request, code.inspect(request.content()));
        case "is_complete_request" -> reply(shell, request, code.isComplete(request.content()));
        case "history_request" ->
            reply(shell, request, ok().set("history", history.answer(request.content())));
        case "comm_info_request" ->
            reply(
                shell,
                request,
                ok().set("comms", comms.info(request.content().path("target_name").asText(""))));
        case "comm_open", "comm_msg", "comm_close" -> comm(request);
        case "shutdown_request" -> shutDown(shell, request);
        default -> {}
      }
    } catch (RuntimeException | Error failure) {
      reply(shell, request, error(failure));
    } finally {
      publisher.status("idle", request);
    }
  }

  private void execute(Wire.Message request) {
    ObjectNode content = request.content();
    String cell = content.path("code").asText();
    begin(request);
    if (content.path("store_history").asBoolean(!silent) && !silent) {
      executions++;
      history.add(executions, cell);
    }
    if (!silent) {
      publisher.publish(
          "execute_input",
          request,
          Wire.object().put("code", cell).put("execution_count", executions));
      tellOfRestart(request);
    }
    // A front end that names no cells is taken to run the same cell when the code is the same.
    Notebook.beginCell(request.metadata().path("cellId").asText(cell));
    lastRun.begin(executions, cell);
    CellResult result = evaluate(cell);
    interrupted = 0;
    ObjectNode reply =
        result.error() == null ? succeeded(request, result) : failed(request, result.error());
    lastRun.idle();
    boolean abort = result.error() != null && content.path("stop_on_error").asBoolean(true);
    List<Wire.Message> waiting = abort ? waiting() : List.of();
    reply(shell, request, reply.put("execution_count", executions));
    waiting.forEach(this::abort);
  }

  private void begin(Wire.Message request) {
    printer.begin();
    input.begin();
    silent = request.content().path("silent").asBoolean(false);
    current = request;
  }

  /** Whoever restarts the kernel knows why; all other reasons are told below the first cell. */
  private void tellOfRestart(Wire.Message request) {
    if (!toldOfRestart) {
      toldOfRestart = true;
      lastRun
          .reason()
          .filter(why -> !why.contains("on request"))
          .ifPresent(
              why ->
                  publisher.stream(
                      "stderr", request, why + " It was started again; variables are gone.\n"));
    }
  }

  private CellResult evaluate(String cell) {
    awaiting = !evaluator.isDone();
    stopAtOnce = false;
    CellEvaluator ready = evaluator.join();
    awaiting = false;
    return stopAtOnce ? CellResult.interrupted() : ready.evaluate(cell, executions);
  }

  private ObjectNode succeeded(Wire.Message request, CellResult result) {
    printer.handOn();
    if (result.shown() != null && !silent) {
      ObjectNode content = Publisher.content(result.shown());
      publisher.publish("execute_result", request, content.put("execution_count", executions));
    }
    ObjectNode reply = ok();
    ObjectNode answers = reply.putObject("user_expressions");
    request
        .content()
        .path("user_expressions")
        .properties()
        .forEach(asked -> answers.set(asked.getKey(), expression(asked.getValue().asText())));
    reply.set("payload", Wire.JSON.createArrayNode());
    return reply;
  }

  private ObjectNode expression(String expression) {
    CellResult result = evaluate(expression);
    CellResult.Failure failure = result.error();
    if (failure != null) {
      return error(failure.name(), failure.message(), failure.trace());
    }
    ObjectNode answer = ok();
    answer.setAll(Publisher.content(result.shown() == null ? MimeBundle.text("") : result.shown()));
    return answer;
  }

  private ObjectNode failed(Wire.Message request, CellResult.Failure failure) {
    printer.handOn();
    ObjectNode content = error(failure.name(), failure.message(), failure.trace());
    if (!silent) {
      publisher.publish("error", request, content.deepCopy().without(List.of("status")));
    }
    return content;
  }

  /**
   * Requests that were sent before anybody could know that the cell has failed: those that are
   * there before its reply goes out.
   */
  private List<Wire.Message> waiting() {
    List<Wire.Message> waiting = new ArrayList<>();
    ZMQ.Poller poller = context.createPoller(1);
    poller.register(shell, ZMQ.Poller.POLLIN);
    while (poller.poll(ABORT_WINDOW_MS) > 0) {
      wire.read(shell).ifPresent(waiting::add);
    }
    poller.close();
    return waiting;
  }

  /** Does not run a cell behind one that has failed; other requests are answered. */
  private void abort(Wire.Message request) {
    if (!request.type().equals("execute_request")) {
      answerShell(request);
      return;
    }
    publisher.status("busy", request);
    ObjectNode aborted = Wire.object().put("status", "aborted");
    reply(shell, request, aborted.put("execution_count", executions));
    publisher.status("idle", request);
  }

  private void comm(Wire.Message request) {
    begin(request);
    CellResult result = evaluator.join().run(() -> comms.take(request.type(), request.content()));
    if (result.error() != null) {
      stream("stderr", String.join("\n", result.error().trace()) + "\n");
    }
  }

  private void stream(String name, String text) {
    if (!silent) {
      publisher.stream(name, current, text);
    }
  }

  private void reply(ZMQ.Socket socket, Wire.Message request, ObjectNode content) {
    String type = request.type().replace("_request", "_reply");
    wire.send(socket, wire.message(type, request, content));
  }

  private static ObjectNode ok() {
    return Wire.object().put("status", "ok");
  }

  private static ObjectNode error(Throwable failure) {
    return error(failure.getClass().getName(), String.valueOf(failure.getMessage()), List.of());
  }

  private static ObjectNode error(String name, String message, List<String> trace) {
    ObjectNode content =
        Wire.object().put("status", "error").put("ename", name).put("evalue", message);
    ArrayNode lines = content.putArray("traceback");
    trace.forEach(lines::add);
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
      ObjectNode content = Publisher.content(bundle);
      content.set("transient", Wire.JSON.valueToTree(Map.of("display_id", displayId)));
      printer.handOn();
      publisher.publish(type, current, content);
    }

    @Override
    public void clear(boolean wait) {
      printer.handOn();
      publisher.publish("clear_output", current, Wire.object().put("wait", wait));
    }

    @Override
    public Comm openComm(String target, Map<String, Object> data) {
      return comms.open(target, data);
    }

    @Override
    public void onComm(String target, Consumer<Comm> opened) {
      comms.onOpen(target, opened);
    }
  }
}
