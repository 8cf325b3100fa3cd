package dev.adder.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** Whatever arrives, the kernel answers the next request. */
class HostileMessagesTest {

  private static final Duration SOON = Duration.ofSeconds(120);
  private static final int FRAMES = 2000;
  private static final int LEAVING = 300;
  private static final int BEATS = 6;
  private static final List<String> TYPES =
      List.of(
          "execute_request",
          "complete_request",
          "inspect_request",
          "is_complete_request",
          "history_request",
          "comm_info_request",
          "comm_open",
          "comm_msg",
          "comm_close",
          "kernel_info_request",
          "interrupt_request",
          "debug_request",
          "");

  /** Contents of the wrong shape, for any request. */
  private static final List<String> CONTENTS =
      List.of(
          "{}",
          "{\"code\": null}",
          "{\"code\": [1], \"cursor_pos\": \"x\"}",
          "{\"code\": \"Math.\", \"cursor_pos\": -5}",
          "{\"code\": \"Math.\", \"cursor_pos\": 99999999999}",
          "{\"code\": \"\\ud83d\", \"cursor_pos\": 1}",
          "{\"code\": \"1\", \"user_expressions\": [1, 2], \"silent\": \"no\"}",
          "{\"code\": \"1\", \"user_expressions\": {\"a\": {}}, \"store_history\": 7}",
          "{\"hist_access_type\": 5, \"n\": -1}",
          "{\"hist_access_type\": \"range\", \"session\": -9, \"start\": 5, \"stop\": -5}",
          "{\"hist_access_type\": \"search\", \"pattern\": \"[\", \"n\": 1e99}",
          "{\"comm_id\": {}, \"target_name\": [], \"data\": 4}",
          "{\"target_name\": \"\\u0000\"}");

  @TempDir private static Path folder;
  private static KernelClient client;
  private static JsonNode connection;
  private static Wire wire;

  @BeforeAll
  static void start() throws Exception {
    client = KernelClient.start(Map.of(), folder.resolve("log"));
    connection = Wire.JSON.readTree(client.connectionFile().toFile());
    wire =
        new Wire(
            KernelConnectionProperties.parse(connection.toString()).createHMACGenerator(), "odd");
  }

  @AfterAll
  static void stop() throws IOException {
    client.close();
  }

  private static ZMQ.Socket open(ZContext context, String port) {
    return open(context, SocketType.DEALER, port, SOON);
  }

  private static ZMQ.Socket open(ZContext context, SocketType type, String port, Duration limit) {
    ZMQ.Socket socket = context.createSocket(type);
    socket.setReceiveTimeOut(Math.toIntExact(limit.toMillis()));
    socket.connect("tcp://127.0.0.1:" + connection.path(port).asInt());
    return socket;
  }

  private static void assertAnswers(ZContext context, ZMQ.Socket control) throws IOException {
    assertThat(beats(context, SOON)).isTrue();
    assertAnswersInfo(control);
    // All interrupts that were sent before it have been answered: the cell is not reached by one.
    StringBuilder shown = new StringBuilder();
    client.execute(
        "6 * 7",
        message -> shown.append(message.content().path("data").path("text/plain").asText()),
        SOON);
    assertThat(shown.toString()).isEqualTo("42");
  }

  private static boolean beats(ZContext context, Duration limit) {
    ZMQ.Socket heart = open(context, SocketType.REQ, "hb_port", limit);
    heart.send("ping");
    return "ping".equals(heart.recvStr());
  }

  /** Answers come in order, so that all that was sent before has been dealt with. */
  private static void assertAnswersInfo(ZMQ.Socket socket) throws IOException {
    Wire.Message asked = wire.message("kernel_info_request", null, Wire.object());
    wire.send(socket, asked);
    Wire.Message reply;
    do {
      reply = wire.read(socket).orElseThrow();
    } while (!reply.parentId().equals(asked.id()));
    assertThat(reply.content().path("status").asText()).isEqualTo("ok");
  }

  @Test
  void rightly_signed_requests_of_the_wrong_shape_are_answered_or_dropped() throws IOException {
    try (ZContext context = new ZContext()) {
      ZMQ.Socket shell = open(context, "shell_port");
      ZMQ.Socket control = open(context, "control_port");
      for (String type : TYPES) {
        for (String content : CONTENTS) {
          ObjectNode odd = (ObjectNode) Wire.JSON.readTree(content);
          wire.send(shell, wire.message(type, null, odd));
          wire.send(control, wire.message(type, null, odd));
        }
      }
      // A cell that waits behind a failing one would be aborted.
      assertAnswersInfo(shell);
      assertAnswers(context, control);
    }
  }

  @Test
  void random_frames_on_every_socket_change_nothing() throws IOException {
    Random random = new Random(5);
    try (ZContext context = new ZContext()) {
      ZMQ.Socket control = open(context, "control_port");
      List<ZMQ.Socket> sockets =
          List.of(
              open(context, "shell_port"),
              open(context, "control_port"),
              open(context, "stdin_port"),
              open(context, "hb_port"));
      for (int i = 0; i < FRAMES; i++) {
        ZMQ.Socket socket = sockets.get(random.nextInt(sockets.size()));
        for (int part = random.nextInt(9); part > 0; part--) {
          socket.sendMore(frame(random));
        }
        socket.send(frame(random));
      }
      assertAnswers(context, control);
    }
  }

  private static byte[] frame(Random random) {
    if (random.nextInt(4) == 0) {
      return "<IDS|MSG>".getBytes(ZMQ.CHARSET);
    }
    byte[] frame = new byte[random.nextInt(300)];
    random.nextBytes(frame);
    return random.nextInt(4) == 0 ? "[".repeat(20_000).getBytes(ZMQ.CHARSET) : frame;
  }

  @Test
  void the_heart_beats_on_when_front_ends_leave_before_it_has_answered() throws IOException {
    Random random = new Random(6);
    try (ZContext context = new ZContext()) {
      for (int i = 0; i < LEAVING; i++) {
        ZMQ.Socket heart = open(context, "hb_port");
        for (int part = random.nextInt(4); part > 0; part--) {
          heart.sendMore(random.nextBoolean() ? new byte[0] : frame(random));
        }
        heart.send("ping");
        context.destroySocket(heart);
      }
      // JeroMQ now and then loses one of many connections that open and close at once. Jupyter asks
      // again on a new one.
      assertThat(IntStream.range(0, BEATS).anyMatch(i -> beats(context, SOON.dividedBy(BEATS))))
          .isTrue();
    }
    try (ZContext context = new ZContext()) {
      assertAnswers(context, open(context, "control_port"));
    }
  }

  @Test
  void a_request_nested_without_end_is_dropped() throws IOException {
    try (ZContext context = new ZContext()) {
      ZMQ.Socket shell = open(context, "shell_port");
      ZMQ.Socket control = open(context, "control_port");
      String deep = "{\"a\":".repeat(50_000) + "1" + "}".repeat(50_000);
      shell.sendMore("<IDS|MSG>");
      shell.sendMore("0".repeat(64));
      shell.sendMore(deep);
      shell.sendMore(deep);
      shell.sendMore(deep);
      shell.send(deep);
      assertAnswers(context, control);
    }
  }
}
